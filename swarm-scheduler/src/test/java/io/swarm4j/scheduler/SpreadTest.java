package io.swarm4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which node gets the next task if several could. */
class SpreadTest {
  private final World world = new World();

  @Test
  @Feature("G01")
  void tasksAreSpreadEvenlyOverAllNodes() {
    world.nodes("m1", "w1", "w2", "w3");

    Service api = world.run(Specs.plain("api"), 10);

    assertThat(world.spread(api).values()).containsExactlyInAnyOrder(2, 2, 3, 3);
  }

  @Test
  @Feature("G02")
  void fewestTasksOfTheServiceComeFirstThenFewestTasksInAll() {
    world.nodes("m1", "w1", "w2");
    world.run(Specs.constrained("viz", "node.hostname==m1"), 1);
    Service api = world.run(Specs.plain("api"), 2);
    assertThat(world.spread(api)).isEqualTo(Map.of("m1", 0, "w1", 1, "w2", 1));

    world.scale(api, 3);
    assertThat(world.spread(api)).isEqualTo(Map.of("m1", 1, "w1", 1, "w2", 1));

    world.scale(api, 5);
    assertThat(world.spread(api)).isEqualTo(Map.of("m1", 1, "w1", 2, "w2", 2));

    world.scale(api, 8);
    assertThat(world.spread(api)).isEqualTo(Map.of("m1", 2, "w1", 3, "w2", 3));
  }

  @Test
  @Feature("G02")
  void theFirstReplicaAvoidsTheNodeThatAlreadyHasWork() {
    world.nodes("m1", "w1", "w2");
    world.run(Specs.constrained("viz", "node.hostname==m1"), 1);

    Service api = world.run(Specs.plain("api"), 1);

    assertThat(world.places(api)).doesNotContain("m1", "-");
  }

  @Test
  @Feature("G12")
  void nodesThatComeBackGetNothingUntilSomethingHasToBePlaced() {
    world.nodes("w1", "w2", "w3");
    world.availability("w3", Availability.DRAIN);
    Service api = world.run(Specs.plain("api"), 4);
    List<String> before = world.places(api);

    world.availability("w3", Availability.ACTIVE);
    assertThat(world.places(api)).isEqualTo(before);

    world.scale(api, 6);
    assertThat(world.spread(api)).isEqualTo(Map.of("w1", 2, "w2", 2, "w3", 2));
  }

  @Test
  @Feature("G18")
  void aServiceThatCrashesAgainAndAgainVisitsTheLeastLoadedNodesInTurn() {
    world.nodes("m1", "w1", "w2");
    world.run(Specs.constrained("viz", "node.hostname==m1"), 2);
    Service exploder = world.service(Specs.plain("exploder"));
    Map<String, Integer> visits = new TreeMap<>();
    for (int crash = 0; crash < 8; crash++) {
      Task task = world.pending(exploder, 1);
      world.change(tx -> tx.put(task));
      visits.merge(world.name(world.current(task).nodeId()), 1, Integer::sum);
      world.setState(task, TaskState.FAILED);
    }

    assertThat(visits).doesNotContainKey("m1");
  }

  @Test
  @Feature("G19")
  void anUpdatedTaskMayGoElsewhere() {
    world.nodes("w1", "w2");
    Service api = world.run(Specs.plain("api"), 1);
    String first = world.places(api).get(0);
    Task replacement = world.pending(api, 1);

    world.change(tx -> tx.put(replacement));

    assertThat(world.name(world.current(replacement).nodeId())).isNotEqualTo(first);
  }

  @Test
  void aNodeWithFiveRecentFailuresComesLast() {
    world.nodes("w1", "w2");
    Service bad = world.service(Specs.plain("bad"));
    world.run(Specs.constrained("load", "node.hostname==w2"), 3);
    for (int i = 0; i < 5; i++) {
      failOn(bad, "w1");
    }
    Task sixth = world.pending(bad, 1);
    world.change(tx -> tx.put(sixth));

    assertThat(world.name(world.current(sixth).nodeId())).isEqualTo("w2");
  }

  @Test
  void fourFailuresDoNotCount() {
    world.nodes("w1", "w2");
    Service bad = world.service(Specs.plain("bad"));
    world.run(Specs.constrained("load", "node.hostname==w2"), 3);
    for (int i = 0; i < 4; i++) {
      failOn(bad, "w1");
    }
    Task fifth = world.pending(bad, 1);
    world.change(tx -> tx.put(fifth));

    assertThat(world.name(world.current(fifth).nodeId())).isEqualTo("w1");
  }

  @Test
  void failuresAreForgivenAfterFiveMinutesAndKnownToTheNextLeader() {
    world.nodes("w1", "w2");
    Service bad = world.service(Specs.plain("bad"));
    world.run(Specs.constrained("load", "node.hostname==w2"), 3);
    for (int i = 0; i < 5; i++) {
      failOn(bad, "w1");
    }
    world.lead(PlacementOptions.builder().seed(1).build());
    world.pass(Duration.ofMinutes(4));
    Task early = world.pending(bad, 1);
    world.change(tx -> tx.put(early));
    assertThat(world.name(world.current(early).nodeId())).isEqualTo("w2");

    world.setState(early, TaskState.COMPLETE);
    world.pass(Duration.ofMinutes(1));
    Task late = world.pending(bad, 1);
    world.change(tx -> tx.put(late));
    assertThat(world.name(world.current(late).nodeId())).isEqualTo("w1");
  }

  @Test
  void failuresCountForTheirSpecVersionOnly() {
    world.nodes("w1", "w2");
    Service bad = world.service(Specs.plain("bad"));
    world.run(Specs.constrained("load", "node.hostname==w2"), 3);
    for (int i = 0; i < 5; i++) {
      failOn(bad, "w1");
    }
    world.change(
        tx -> tx.put(tx.service(bad.id()).withNewSpec(Specs.plain("bad"), 5, java.util.Set.of())));
    Task fresh = world.pending(world.view.service(bad.id()), 1);
    world.change(tx -> tx.put(fresh));

    assertThat(world.name(world.current(fresh).nodeId())).isEqualTo("w1");
  }

  private void failOn(Service service, String node) {
    for (String name : List.of("w1", "w2")) {
      world.state(name, name.equals(node) ? NodeState.READY : NodeState.DISCONNECTED);
    }
    Task task = world.pending(service, 1);
    world.change(tx -> tx.put(task));
    world.setState(task, TaskState.FAILED);
    world.state("w1", NodeState.READY);
    world.state("w2", NodeState.READY);
  }
}
