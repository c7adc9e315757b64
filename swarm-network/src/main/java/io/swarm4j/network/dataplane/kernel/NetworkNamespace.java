package io.swarm4j.network.dataplane.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace of this machine.
 *
 * @param path the file that stands for it; empty for that of this process
 * @param identity what the file, a link, leads to as long as it stands for this namespace; empty if
 *     it never stands for another
 */
public record NetworkNamespace(String path, String identity) {
  /** The namespace of this process. */
  public static final NetworkNamespace OWN = new NetworkNamespace("");

  /** One whose file never stands for another. */
  public NetworkNamespace(String path) {
    this(path, "");
  }

  /** One that was made with {@code ip netns add}. */
  public static NetworkNamespace named(String name) {
    return new NetworkNamespace("/run/netns/" + name);
  }

  /** That of a process, whose number may be another's once it has ended. */
  public static NetworkNamespace ofProcess(long pid) {
    String path = "/proc/" + pid + "/ns/net";
    return new NetworkNamespace(path, identity(path));
  }

  private static String identity(String path) {
    try {
      return Files.readSymbolicLink(Path.of(path)).toString();
    } catch (IOException ended) {
      return "none";
    }
  }

  /** Whether its file stands for it still. */
  boolean exists() {
    return identity.isEmpty()
        ? Files.exists(Path.of(path))
        : !identity.equals("none") && identity.equals(identity(path));
  }

  /** The command line that runs a program in this namespace. */
  List<String> command(String... program) {
    List<String> command = new ArrayList<>();
    if (!path.isEmpty()) {
      command.addAll(List.of("nsenter", "--net=" + path, "--"));
    }
    command.addAll(List.of(program));
    return command;
  }
}
