package io.swarm4j.docker;

import io.swarm4j.Swarm;
import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;

/** What there is to see when traffic does not find its way, for the message of a test. */
final class KernelEvidence {
  private static final String KERNEL =
      "for i in 'ip -o addr' 'ip route' 'ip neigh' 'ip -o link show type bridge_slave'"
          + " 'bridge fdb show' 'nft list table ip swarm4j' 'iptables -S FORWARD'"
          + " 'iptables -S DOCKER-USER'; do echo \"--- $i\"; $i 2>&1; done";

  private KernelEvidence() {}

  /** Tasks, what the doctor finds, and of each host: who answers it, and its kernel's tables. */
  static String of(Swarm swarm, DockerHosts hosts) {
    StringBuilder text = new StringBuilder("\n=== tasks\n");
    StringBuilder probes = new StringBuilder();
    for (Service service : swarm.services().list()) {
      text.append(service.name()).append(' ').append(service.endpoint()).append('\n');
      for (Task task : swarm.services().tasks(service.name())) {
        text.append("  ").append(task).append('\n');
        if (!task.state().isTerminal()) {
          task.attachments()
              .forEach(
                  at ->
                      probes
                          .append("echo ")
                          .append(at.address())
                          .append(" $(curl -sS -m 2 http://")
                          .append(at.address())
                          .append("/ 2>&1);"));
        }
      }
    }
    for (Node node : swarm.view().nodes()) {
      text.append(node.hostname()).append(' ').append(node.attachments()).append('\n');
    }
    text.append("=== doctor\n").append(swarm.doctor().check()).append('\n');
    for (Host host : hosts.all()) {
      text.append("=== ").append(host.name()).append(' ').append(host.address()).append('\n');
      text.append(host.shell(probes + KERNEL + "; true")).append('\n');
      text.append(host.docker("ps", "-a", "--no-trunc")).append('\n');
    }
    return text.toString();
  }
}
