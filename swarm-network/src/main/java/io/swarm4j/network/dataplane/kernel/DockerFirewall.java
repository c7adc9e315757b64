package io.swarm4j.network.dataplane.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Lets what published ports lead to pass the firewall of a Docker Engine, which else drops what is
 * forwarded to containers; in the one place that it leaves to others.
 */
final class DockerFirewall {
  private static final String CHAIN = "DOCKER-USER";
  private static final List<String> RULE =
      List.of(
          "-o",
          "s4jb+",
          "-m",
          "conntrack",
          "--ctstate",
          "DNAT",
          "-m",
          "comment",
          "--comment",
          "swarm4j",
          "-j",
          "ACCEPT");

  private DockerFirewall() {}

  static void open(NetworkNamespace namespace, Commands commands) {
    if (succeeds("-S", namespace, commands, false) && !succeeds("-C", namespace, commands, true)) {
      run("-I", namespace, commands, true);
    }
  }

  static void close(NetworkNamespace namespace, Commands commands) {
    while (succeeds("-D", namespace, commands, true)) {
      // it may have been inserted twice
    }
  }

  private static boolean succeeds(
      String verb, NetworkNamespace namespace, Commands commands, boolean rule) {
    try {
      run(verb, namespace, commands, rule);
      return true;
    } catch (KernelException noSuchRuleOrProgram) {
      return false;
    }
  }

  private static void run(
      String verb, NetworkNamespace namespace, Commands commands, boolean rule) {
    List<String> command = new ArrayList<>(List.of("iptables", "-w", verb, CHAIN));
    command.addAll(rule ? RULE : List.of());
    commands.run(namespace.command(command.toArray(String[]::new)), "");
  }
}
