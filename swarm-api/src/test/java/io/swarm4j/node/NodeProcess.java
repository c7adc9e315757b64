package io.swarm4j.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link NodeProgram} that runs. */
final class NodeProcess implements AutoCloseable {
  final String name;
  private final List<String> command;
  private final Path directory;
  private Process process;
  private BufferedReader out;
  private PrintWriter in;

  /**
   * Starts a node; {@link #awaitReady} waits for it.
   *
   * @param prefix a command that the process is started by; empty for none
   * @param seconds argument of the command that each task runs; tells it from all others
   */
  NodeProcess(Path root, String name, String listen, String seconds, List<String> prefix) {
    this.name = name;
    this.directory = root.resolve(name);
    List<String> words = new ArrayList<>(prefix);
    words.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx192m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            NodeProgram.class.getName(),
            directory.toString(),
            name,
            listen,
            seconds));
    this.command = words;
    start();
  }

  /** Starts it, or starts it again after it was killed; {@link #awaitReady} waits for it. */
  void start() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(errors().toFile()))
              .start();
      out = process.inputReader(StandardCharsets.UTF_8);
      in = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    } catch (IOException failed) {
      throw new AssertionError(name + " cannot be started", failed);
    }
  }

  /** Waits until it obeys. */
  void awaitReady() {
    try {
      if (!"READY".equals(nextAnswer())) {
        throw new AssertionError(name + " did not start: see " + errors());
      }
    } catch (IOException failed) {
      throw new AssertionError(name + " ended while it was started: see " + errors(), failed);
    }
  }

  private Path errors() {
    return directory.resolveSibling(name + ".err");
  }

  /** Has it obey a command; fails if it refuses. */
  String ask(String line) {
    String answer = tryAsk(line);
    if (!answer.startsWith("OK")) {
      throw new AssertionError(name + " to " + line.split(" ")[0] + ": " + answer);
    }
    return answer.substring(2).strip();
  }

  /** Has it obey a command; returns what it answers, whatever that is. */
  String tryAsk(String line) {
    in.println(line);
    try {
      return String.valueOf(nextAnswer());
    } catch (IOException gone) {
      return "ERR gone: " + gone.getMessage();
    }
  }

  /** Log lines may stand between the answers. */
  private String nextAnswer() throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.equals("READY") || line.startsWith("OK") || line.startsWith("ERR")) {
        return line;
      }
    }
    return null;
  }

  /** As {@code kill -9}. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** As a service manager stops it. */
  int stop() {
    in.close();
    return process.onExit().join().exitValue();
  }

  @Override
  public void close() {
    kill();
  }
}
