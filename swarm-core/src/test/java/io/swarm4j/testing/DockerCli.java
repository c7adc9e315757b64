package io.swarm4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The stock docker CLI of this machine, pointed at one of our endpoints.
 *
 * @param program the CLI
 * @param host its {@code DOCKER_HOST}
 * @param config a folder for its settings, lest those of the user matter
 */
public record DockerCli(Path program, String host, Path config) {
  private static final int SECONDS = 90;

  /** All docker CLIs that the search path leads to, different files only. */
  public static List<Path> installed() {
    Set<Path> found = new LinkedHashSet<>();
    for (String folder : System.getenv("PATH").split(java.io.File.pathSeparator)) {
      Path program = Path.of(folder, "docker");
      if (Files.isExecutable(program)) {
        try {
          found.add(program.toRealPath());
        } catch (IOException vanished) {
          throw new UncheckedIOException(vanished);
        }
      }
    }
    return List.copyOf(found);
  }

  /** Skips a test where there is none; fails it where {@code CI=true}. */
  public static void requireInstalled() {
    Surroundings.require(!installed().isEmpty(), "a docker CLI on the search path");
  }

  /** What a command said. */
  public record Said(int exit, String out, String err) {
    /** Standard output, of a command that must have worked. */
    public String ok() {
      if (exit != 0) {
        throw new AssertionError("exit code " + exit + ": " + err + out);
      }
      return out.strip();
    }

    /** The lines of the same. */
    public List<String> lines() {
      return ok().lines().map(String::strip).toList();
    }
  }

  /** Runs a command without input. */
  public Said run(String... arguments) {
    return runWithInput("", arguments);
  }

  /** Runs a command; ends it if it takes too long. */
  public Said runWithInput(String input, String... arguments) {
    List<String> command = command(arguments);
    try {
      Path out = Files.createTempFile(config, "out", ".txt");
      Path err = Files.createTempFile(config, "err", ".txt");
      Process process =
          builder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      process.getOutputStream().write(input.getBytes(UTF_8));
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            String.join(" ", command)
                + " did not end: "
                + Files.readString(out)
                + Files.readString(err));
      }
      return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Starts a command that goes on; the caller reads what it says, and ends it. */
  public Process start(String... arguments) {
    try {
      return builder(command(arguments)).redirectErrorStream(true).start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private List<String> command(String... arguments) {
    return Stream.concat(Stream.of(program.toString()), Stream.of(arguments)).toList();
  }

  private ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("DOCKER_HOST", host);
    builder.environment().put("DOCKER_CONFIG", config.toString());
    builder.environment().remove("DOCKER_CONTEXT");
    return builder;
  }

  /** The same CLI against another endpoint. */
  public DockerCli at(String otherHost) {
    return new DockerCli(program, otherHost, config);
  }
}
