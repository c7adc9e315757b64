package io.swarm4j.network.dataplane.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Lets what published ports lead to, and the replies, pass the firewall of a Docker Engine, which
 * else drops what is forwarded to containers, and from bridges on which it has none; in the one
 * place that it leaves to others.
 */
final class DockerFirewall {
  private static final String CHAIN = "DOCKER-USER";
  private static final List<List<String>> RULES =
      List.of(rule("-o", "DNAT"), rule("-i", "RELATED,ESTABLISHED"));

  private DockerFirewall() {}

  private static List<String> rule(String side, String states) {
    return List.of(
        side,
        "s4jb+",
        "-m",
        "conntrack",
        "--ctstate",
        states,
        "-m",
        "comment",
        "--comment",
        "swarm4j",
        "-j",
        "ACCEPT");
  }

  static void open(NetworkNamespace namespace, Commands commands) {
    if (succeeds("-S", namespace, commands, List.of())) {
      for (List<String> rule : RULES) {
        if (!succeeds("-C", namespace, commands, rule)) {
          run("-I", namespace, commands, rule);
        }
      }
    }
  }

  static void close(NetworkNamespace namespace, Commands commands) {
    for (List<String> rule : RULES) {
      while (succeeds("-D", namespace, commands, rule)) {
        // it may have been inserted twice
      }
    }
  }

  private static boolean succeeds(
      String verb, NetworkNamespace namespace, Commands commands, List<String> rule) {
    try {
      run(verb, namespace, commands, rule);
      return true;
    } catch (KernelException noSuchRuleOrProgram) {
      return false;
    }
  }

  private static void run(
      String verb, NetworkNamespace namespace, Commands commands, List<String> rule) {
    List<String> command = new ArrayList<>(List.of("iptables", "-w", verb, CHAIN));
    command.addAll(rule);
    commands.run(namespace.command(command.toArray(String[]::new)), "");
  }
}
