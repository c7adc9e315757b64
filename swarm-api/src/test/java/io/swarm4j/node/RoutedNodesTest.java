package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.testing.Feature;
import io.swarm4j.testing.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on machines of several networks, and of several addresses. */
@Timeout(180)
class RoutedNodesTest {
  @TempDir Path root;
  private final List<NodeProcess> all = new ArrayList<>();
  private final String seconds = "87" + ProcessHandle.current().pid() + ".0625";
  private Lan lan;

  @BeforeEach
  void makeNetwork() {
    Surroundings.require(Lan.isPossible(), "root and iproute2");
    lan = new Lan();
  }

  @AfterEach
  void tearDown() {
    all.forEach(NodeProcess::close);
    if (lan != null) {
      lan.close();
    }
  }

  private NodeProcess launch(String name, int number, String listen) {
    NodeProcess node = new NodeProcess(root, name, listen, seconds, lan.on(number));
    all.add(node);
    node.awaitReady();
    return node;
  }

  @Test
  @Feature("C18")
  void nodesOfDifferentNetworksFormOneSwarmThroughARouter() {
    lan.add(1);
    lan.addBehindRouter(2);
    NodeProcess manager = launch("m1", 1, lan.address(1) + ":2377");
    manager.ask("init");
    NodeProcess worker = launch("w1", 2, lan.addressBehindRouter(2) + ":2377");
    worker.ask("join " + manager.ask("token WORKER") + " " + manager.ask("address"));
    assertThat(manager.ask("ready w1")).isEqualTo("true");

    manager.ask("create web 2");

    assertThat(manager.ask("await web")).isEqualTo("Converged");
    assertThat(manager.ask("tasks web").split(","))
        .as("one on each")
        .extracting(task -> task.substring(task.indexOf('@')))
        .doesNotHaveDuplicates()
        .hasSize(2);
    all.forEach(NodeProcess::stop);
  }

  @Test
  @Feature("C04")
  void aMachineOfTwoAddressesIsToldToNameOneAndFoundsNothing() {
    lan.add(1);
    lan.addAddress(1, "10.79.0.1/24");
    NodeProcess manager = launch("m1", 1, "0.0.0.0:2377");

    assertThat(manager.tryAsk("init"))
        .startsWith("ERR")
        .contains("SwarmNode.advertise", "multiple addresses", lan.address(1), "10.79.0.1");
    assertThat(manager.tryAsk("token WORKER")).startsWith("ERR");
    manager.stop();
  }
}
