package io.swarm4j.testing;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * Docker hosts for a test class: a static field with {@code @RegisterExtension}, in a class tagged
 * {@code docker}. They know the sample images {@code swarm4j/…}, {@code swarm4j/base} among them,
 * which is a shell with its tools.
 *
 * <p>The script {@code examples/testbed} makes them, needs root, and installs what is missing.
 * Where that cannot be, the tests are skipped; they fail where {@code CI=true}.
 */
public final class DockerHosts implements BeforeAllCallback, AfterAllCallback {
  private static final long PATIENCE_SECONDS = 300;

  private final int count;
  private final boolean shared;
  private final List<String> arguments;
  private Bed bed;

  private DockerHosts(int count, boolean shared, List<String> arguments) {
    this.count = count;
    this.shared = shared;
    this.arguments = arguments;
  }

  /** Hosts that all test classes of this JVM which ask for as many use one after the other. */
  public static DockerHosts shared(int count) {
    return new DockerHosts(count, true, List.of());
  }

  /**
   * Hosts for one class alone, which may end and freeze their engines.
   *
   * @param arguments for each {@code dockerd}, such as {@code --live-restore}
   */
  public static DockerHosts own(int count, String... arguments) {
    return new DockerHosts(count, false, List.of(arguments));
  }

  /**
   * A host with an engine.
   *
   * @param name its host name
   * @param address address at which the other hosts and this JVM reach it
   * @param socket Unix socket of its engine
   * @param network file of its network namespace, for {@code nsenter --net=}
   * @param subnet of the containers on its default bridge, which all hosts and this JVM reach
   */
  public record Host(String name, String address, Path socket, Path network, String subnet) {

    /** The engine's address, such as {@code unix:///tmp/docker.sock}. */
    public String uri() {
      return "unix://" + socket;
    }

    /** Runs the docker command line on this engine; what it printed, without blanks at the ends. */
    public String docker(String... words) {
      List<String> command = new ArrayList<>(List.of("docker", "-H", uri()));
      command.addAll(List.of(words));
      return run(command);
    }

    /** Runs a command in this host's network namespace; what it printed. */
    public String shell(String line) {
      return run(List.of("nsenter", "--net=" + network, "sh", "-c", line));
    }
  }

  /** What the script can do to an engine. */
  public enum EngineAction {
    START,
    STOP,
    KILL,
    FREEZE,
    THAW
  }

  /** The hosts. */
  public List<Host> all() {
    return bed.hosts;
  }

  /** Addresses of this JVM that all hosts and their containers reach, such as a subnet /16. */
  public String addresses() {
    return bed.addresses;
  }

  /** One of the hosts. */
  public Host host(int index) {
    return bed.hosts.get(index);
  }

  /** Does something to the engine of a host of its {@link #own}. */
  public void engine(Host host, EngineAction action) {
    if (shared) {
      throw new IllegalStateException("other tests use these engines, too");
    }
    run(List.of(script(), "engine", bed.id, host.name(), action.name().toLowerCase(Locale.ROOT)));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    require();
    if (shared) {
      Store store = context.getRoot().getStore(Namespace.create(DockerHosts.class));
      bed = store.getOrComputeIfAbsent(count, key -> Bed.up(count, List.of()), Bed.class);
    } else {
      bed = Bed.up(count, arguments);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (!shared && bed != null) {
      bed.close();
      bed = null; // somebody else may get its number
    }
  }

  /** Skips a test that makes hosts where that cannot be; fails it where {@code CI=true}. */
  public static void require() {
    Surroundings.require(isPossible(), "Linux and root; see examples/testbed");
  }

  private static boolean isPossible() {
    return System.getProperty("os.name").startsWith("Linux")
        && Files.isWritable(Path.of("/proc/sys/kernel/hostname"));
  }

  private static String script() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path script = at.resolve("examples").resolve("testbed");
      if (Files.isExecutable(script)) {
        return script.toString();
      }
    }
    throw new IllegalStateException("no examples/testbed above " + Path.of("").toAbsolutePath());
  }

  /** Installs Debian packages that are missing. */
  public static void install(String... packages) {
    List<String> command = new ArrayList<>(List.of(script(), "install"));
    command.addAll(List.of(packages));
    run(command);
  }

  /** Runs a command of this machine; what it printed, without blanks at the ends. */
  public static String run(List<String> command) {
    try {
      Path errors = Files.createTempFile("swarm4j-", ".err");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(errors.toFile())
                .start();
        String output =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        boolean ended = process.waitFor(PATIENCE_SECONDS, SECONDS);
        if (!ended || process.exitValue() != 0) {
          throw new IllegalStateException(
              String.join(" ", command) + ": " + output + " " + Files.readString(errors));
        }
        return output;
      } finally {
        Files.delete(errors);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + command, stop);
    }
  }

  /** Hosts that are up. */
  private record Bed(String id, String addresses, List<Host> hosts) implements AutoCloseable {

    static Bed up(int count, List<String> arguments) {
      String owner = Long.toString(ProcessHandle.current().pid());
      List<String> command =
          new ArrayList<>(
              List.of(script(), "up", "--owner", owner, "--hosts", Integer.toString(count), "--"));
      command.addAll(arguments);
      String id = "";
      String addresses = "";
      List<Host> hosts = new ArrayList<>();
      for (String line : run(command).lines().toList()) {
        String[] words = line.split("\t");
        if (words[0].equals("bed")) {
          id = words[1];
          addresses = words[2];
        } else {
          hosts.add(new Host(words[1], words[2], Path.of(words[3]), Path.of(words[4]), words[5]));
        }
      }
      return new Bed(id, addresses, List.copyOf(hosts));
    }

    @Override
    public void close() {
      run(List.of(script(), "down", id));
    }
  }
}
