package io.swarm4j.junit;

import io.swarm4j.Convergence;
import io.swarm4j.Swarm;
import io.swarm4j.internal.SimulatedEngine;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.sim.Invariant;
import io.swarm4j.sim.Invariants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What tests like to claim of a swarm, be it simulated or real. Time passes while they wait. */
public final class SwarmAssertions {
  private SwarmAssertions() {}

  /** A service becomes what its spec says, in time. */
  public static void assertConverges(Swarm swarm, String service, Duration limit) {
    Convergence outcome = swarm.services().await(service, limit);
    if (!outcome.isConverged()) {
      throw new AssertionError(
          "service " + service + " did not converge within " + limit + ": " + outcome);
    }
  }

  /** A service comes to have that many running tasks, in time. */
  public static void assertRunning(Swarm swarm, String service, int tasks, Duration limit) {
    if (!swarm.await(view -> running(swarm, service).size() == tasks, limit)) {
      throw new AssertionError(
          "service "
              + service
              + " has "
              + running(swarm, service).size()
              + " running tasks after "
              + limit
              + ", not "
              + tasks
              + ": "
              + swarm.services().tasks(service));
    }
  }

  private static List<Task> running(Swarm swarm, String service) {
    return swarm.services().tasks(service).stream()
        .filter(task -> task.isDesiredAlive() && task.state() == TaskState.RUNNING)
        .toList();
  }

  /** A node comes into a state, in time. */
  public static void assertNode(Swarm swarm, String node, NodeState state, Duration limit) {
    if (!swarm.await(view -> swarm.nodes().get(node).status().state() == state, limit)) {
      throw new AssertionError(
          "node "
              + node
              + " is "
              + swarm.nodes().get(node).status()
              + " after "
              + limit
              + ", not "
              + state);
    }
  }

  /** Every invariant of the engine holds in the swarm's present state. */
  public static void assertSound(Swarm swarm) {
    List<String> breaches = Invariants.check(invariants(), swarm.view());
    if (!breaches.isEmpty()) {
      throw new AssertionError("the swarm is not sound: " + breaches);
    }
  }

  /**
   * Checks every invariant of the engine at each change from now on; closing it fails if one did
   * not hold.
   */
  public static SoundnessWatch watchSoundness(Swarm swarm) {
    return new SoundnessWatch(swarm);
  }

  static List<Invariant> invariants() {
    List<Invariant> all = new ArrayList<>(Invariants.ofCore());
    all.addAll(new SimulatedEngine().invariants());
    return all;
  }
}
