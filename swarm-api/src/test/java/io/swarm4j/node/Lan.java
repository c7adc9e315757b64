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
 * an address of its own, at one of two bridges. Moving some to the other bridge cuts the network. A
 * router joins them to machines on networks of their own. Needs Linux and root.
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
    ip("-n", name, "addr", "add", "10.77.0.254/24", "dev", "one");
    run(List.of("nsenter", "--net=/run/netns/" + name, "sysctl", "-qw", "net.ipv4.ip_forward=1"));
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
    machine(number, address(number) + "/24", "10.77.0.254");
    ip("-n", name, "link", "set", port(number), "master", "one", "up");
  }

  /** Adds a machine that only the router joins to all others. */
  void addBehindRouter(int number) {
    String gateway = "10.78." + number + ".254";
    machine(number, addressBehindRouter(number) + "/24", gateway);
    ip("-n", name, "addr", "add", gateway + "/24", "dev", port(number));
    ip("-n", name, "link", "set", port(number), "up");
  }

  private void machine(int number, String address, String gateway) {
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
    ip("-n", own, "link", "set", "lo", "up");
    addAddress(number, address);
    ip("-n", own, "link", "set", "eth0", "up");
    ip("-n", own, "route", "add", "default", "via", gateway);
  }

  /** Gives a machine one more address. */
  void addAddress(int number, String address) {
    ip("-n", place(number), "addr", "add", address, "dev", "eth0");
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

  String addressBehindRouter(int number) {
    return "10.78." + number + ".1";
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
    run(command);
  }

  private static void run(List<String> command) {
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
