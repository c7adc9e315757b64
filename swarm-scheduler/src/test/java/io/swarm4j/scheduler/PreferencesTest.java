package io.swarm4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.NodeDescriptionBuilder;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Spreading over the values of labels. */
class PreferencesTest {
  private final World world = new World();

  @Test
  void branchesGetEquallyManyTasksHoweverManyNodesTheyHave() {
    for (int i = 0; i < 6; i++) {
      world.node("a" + i, Map.of("zone", "a"));
    }
    world.node("b0", Map.of("zone", "b"));

    Service web = world.run(Specs.spreadOver("web", "node.labels.zone"), 12);

    assertThat(byBranch(web, 1)).isEqualTo(Map.of("a", 6, "b", 6));
  }

  @Test
  void nodesWithoutTheLabelAreABranchOfTheirOwn() {
    world.node("a0", Map.of("zone", "a"));
    world.node("n0");
    world.node("n1");

    Service web = world.run(Specs.spreadOver("web", "node.labels.zone"), 8);

    assertThat(world.spread(web)).isEqualTo(Map.of("a0", 4, "n0", 2, "n1", 2));
  }

  @Test
  void existingTasksCountAlsoWhereNoMoreCanBePlaced() {
    world.node("a0", Map.of("zone", "a"));
    Service web = world.run(Specs.spreadOver("web", "node.labels.zone"), 4);
    world.availability("a0", Availability.PAUSE);
    world.node("a1", Map.of("zone", "a"));
    world.node("b0", Map.of("zone", "b"));

    world.scale(web, 8);

    assertThat(world.spread(web)).isEqualTo(Map.of("a0", 4, "a1", 0, "b0", 4));
  }

  @Test
  void whatAFullBranchCanNotTakeGoesToTheOthers() {
    world.node("a0", Map.of("zone", "a"), Resources.of(2, 0));
    world.node("b0", Map.of("zone", "b"), Resources.of(20, 0));
    world.node("c0", Map.of("zone", "c"), Resources.of(20, 0));
    ServiceSpec reserving = Specs.reserving("web", 1, 0);
    ServiceSpec spec =
        reserving.withTask(
            reserving
                .task()
                .withPlacement(Specs.spreadOver("web", "node.labels.zone").task().placement()));

    Service web = world.run(spec, 12);

    assertThat(world.spread(web)).isEqualTo(Map.of("a0", 2, "b0", 5, "c0", 5));
  }

  @Test
  void preferencesApplyLevelByLevel() {
    for (String zone : new String[] {"a", "b"}) {
      for (int rack = 0; rack < (zone.equals("a") ? 3 : 1); rack++) {
        for (int node = 0; node <= rack; node++) {
          world.node(zone + rack + node, Map.of("zone", zone, "rack", zone + rack));
        }
      }
    }

    Service web = world.run(Specs.spreadOver("web", "node.labels.zone", "node.labels.rack"), 12);

    assertThat(byBranch(web, 1)).isEqualTo(Map.of("a", 6, "b", 6));
    assertThat(byBranch(web, 2)).isEqualTo(Map.of("a0", 2, "a1", 2, "a2", 2, "b0", 6));
  }

  @Test
  void engineLabelsServeToo() {
    world.node(
        "x0", Map.of(), NodeDescriptionBuilder.builder().engineLabels(Map.of("os", "x")).build());
    world.node(
        "y0", Map.of(), NodeDescriptionBuilder.builder().engineLabels(Map.of("os", "y")).build());
    world.node(
        "y1", Map.of(), NodeDescriptionBuilder.builder().engineLabels(Map.of("os", "y")).build());

    Service web = world.run(Specs.spreadOver("web", "ENGINE.labels.os"), 4);

    assertThat(byBranch(web, 1)).isEqualTo(Map.of("x", 2, "y", 2));
  }

  @Test
  void aChangedLabelMovesItsNodeToAnotherBranch() {
    world.node("a0", Map.of("zone", "a"));
    world.node("b0", Map.of("zone", "b"));
    Service web = world.run(Specs.spreadOver("web", "node.labels.zone"), 2);
    world.node("b1", Map.of("zone", "b"));
    world.edit("b1", node -> node.withSpec(node.spec().withLabels(Map.of("zone", "c"))));

    world.scale(web, 3);

    assertThat(world.spread(web)).isEqualTo(Map.of("a0", 1, "b0", 1, "b1", 1));
  }

  /** Tasks by the first letters of their nodes' names. */
  private Map<String, Integer> byBranch(Service service, int letters) {
    Map<String, Integer> counts = new TreeMap<>();
    world
        .spread(service)
        .forEach((node, count) -> counts.merge(node.substring(0, letters), count, Integer::sum));
    return counts;
  }
}
