package io.swarm4j.network.dataplane.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace of this machine.
 *
 * @param path the file that stands for it; empty for that of this process
 */
public record NetworkNamespace(String path) {
  /** The namespace of this process. */
  public static final NetworkNamespace OWN = new NetworkNamespace("");

  /** One that was made with {@code ip netns add}. */
  public static NetworkNamespace named(String name) {
    return new NetworkNamespace("/run/netns/" + name);
  }

  /** That of a process. */
  public static NetworkNamespace ofProcess(long pid) {
    return new NetworkNamespace("/proc/" + pid + "/ns/net");
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
