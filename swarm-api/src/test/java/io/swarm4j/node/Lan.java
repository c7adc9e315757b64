package io.swarm4j.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of this test alone, in which each process may have a machine's place: a namespace with
 * an address of its own, at one of two bridges. Moving some to the other bridge cuts the network.
 * Needs Linux and root.
 */
final class Lan implements AutoCloseable {
  private final String name = "s4jp" + ProcessHandle.current().pid();
  private final List<String> namespaces = new ArrayList<>();

  Lan() {
    namespace(name);
    for (String bridge : List.of("one", "two")) {
      ip("-n", name, "link", "add", bridge, "type", "bridge");
      ip("-n", name, "link", "set", bridge, "up");
    }
  }

  /** Whether namespaces can be made here. */
  static boolean isPossible() {
    return Files.isWritable(Path.of("/proc/sys/kernel/hostname"))
        && (Files.exists(Path.of("/sbin/ip")) || Files.exists(Path.of("/usr/sbin/ip")));
  }

  private void namespace(String namespace) {
    ip("netns", "add", namespace);
    namespaces.add(namespace);
  }

  /** Adds the machine of a number from 1 on. */
  void add(int number) {
    String own = place(number);
    namespace(own);
    ip(
        "link",
        "add",
        "eth0",
        "netns",
        own,
        "type",
        "veth",
        "peer",
        "name",
        port(number),
        "netns",
        name);
    ip("-n", name, "link", "set", port(number), "master", "one", "up");
    ip("-n", own, "addr", "add", address(number) + "/24", "dev", "eth0");
    ip("-n", own, "link", "set", "lo", "up");
    ip("-n", own, "link", "set", "eth0", "up");
  }

  private String place(int number) {
    return name + "-" + number;
  }

  private static String port(int number) {
    return "h" + number;
  }

  String address(int number) {
    return "10.77.0." + number;
  }

  /** What a command has to begin with in order to run on a machine. */
  List<String> on(int number) {
    return List.of("nsenter", "--net=/run/netns/" + place(number));
  }

  /** Cuts machines off from all others, but not from each other. */
  void cut(List<Integer> numbers) {
    numbers.forEach(number -> ip("-n", name, "link", "set", port(number), "master", "two"));
  }

  void heal(List<Integer> numbers) {
    numbers.forEach(number -> ip("-n", name, "link", "set", port(number), "master", "one"));
  }

  private static void ip(String... words) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + ": " + said);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stop);
    }
  }

  @Override
  public void close() {
    namespaces.forEach(namespace -> ip("netns", "delete", namespace));
  }
}
