package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.dispatcher.EndpointGate;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Placement;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.testing.Feature;
import io.swarm4j.time.Chance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Swarms to which, from a seed, everything happens that may: what must always hold is checked at
 * each commit, what must hold in the end once the faults have ceased and time has passed.
 *
 * <p>A failure names its seed; the same seed repeats the same run.
 */
@Feature({"I01", "I02", "I05"})
class RandomSwarmTest {
  private static final int STEPS = 60;
  private static final int MOST_REPLICAS = 10; // one more than there can be

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 100);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void itHealsFromWhateverHappens(long seed) {
    new Run(seed).play().requireHealed();
  }

  @Test
  void theSameSeedGivesTheSameRunAndAnotherSeedAnother() {
    String trace = new Run(42).play().trace.toString();

    assertThat(new Run(42).play().trace.toString()).isEqualTo(trace);
    assertThat(new Run(43).play().trace.toString()).isNotEqualTo(trace);
  }

  /** One swarm and what happens to it. */
  private static final class Run {
    final StringBuilder trace = new StringBuilder();
    private final List<String> violations = new ArrayList<>();
    private final Chance chance;
    private final TestSwarm swarm;
    private final List<TestManager> all;
    private final List<NodeId> nodes = new ArrayList<>();
    private final Set<NodeId> off = new LinkedHashSet<>();
    private final Set<NodeId> cut = new LinkedHashSet<>();
    private int names;

    Run(long seed) {
      chance = Chance.seeded(seed);
      swarm = new TestSwarm(seed, MemoryLog.group(3), EndpointGate.OPEN);
      all = List.copyOf(swarm.managers);
      TestManager last = all.get(2); // closed by nobody, so that it sees the whole run
      last.store.feed().watch(0, change -> true, Runnable::run, new Watcher());
      for (int i = 0; i < 5; i++) {
        nodes.add(swarm.join("w" + i));
      }
    }

    Run play() {
      for (int i = 0; i < STEPS; i++) {
        step();
        swarm.pass(chance.between(Duration.ZERO, Duration.ofSeconds(8)));
      }
      heal();
      return this;
    }

    private void step() {
      switch (chance.nextInt(16)) {
        case 0, 1 -> create();
        case 2, 3 -> any(live()).forEach(this::scale);
        case 4, 5, 6, 7 -> any(running()).forEach(task -> swarm.exit(task, chance.nextInt(2)));
        case 8 -> any(up()).forEach(this::powerOff);
        case 9 -> any(List.copyOf(off)).forEach(this::powerOn);
        case 10 -> any(nodes).forEach(node -> swarm.availability(node, availability()));
        case 11 -> any(nodes).forEach(node -> swarm.label(node, Map.of("zone", zone())));
        case 12 -> any(live()).forEach(this::constrain);
        case 13 -> any(up()).forEach(this::slow);
        case 14 -> any(up()).forEach(this::cutOrMend);
        default -> rarely();
      }
    }

    private void rarely() {
      int what = chance.nextInt(4);
      if (what == 0 && swarm.managers.size() > 1) {
        swarm.closeLeader();
      } else if (what == 1) {
        any(live()).forEach(service -> swarm.remove(service.id()));
      } else if (what == 2 && nodes.size() > 3) {
        NodeId gone = nodes.remove(chance.nextInt(nodes.size()));
        off.remove(gone);
        cut.remove(gone);
        swarm.removeNode(gone);
      } else {
        nodes.add(swarm.join("late" + names++));
      }
    }

    private void create() {
      ServiceSpec spec = ServiceSpec.of("service" + names++, "nginx");
      RestartPolicy restart =
          RestartPolicy.builder()
              .delay(Duration.ofSeconds(chance.nextInt(6)))
              .backoff(RestartPolicy.Backoff.OFF)
              .build();
      boolean global = chance.withProbability(0.3);
      swarm.create(
          spec.withTask(spec.task().withRestart(restart))
              .withMode(
                  global
                      ? new ServiceMode.Global()
                      : new ServiceMode.Replicated(chance.nextInt(8))));
    }

    private void scale(Service service) {
      if (service.spec().mode() instanceof ServiceMode.Replicated) {
        swarm.update(service.id(), spec -> spec.withReplicas(chance.nextInt(MOST_REPLICAS)));
      }
    }

    private void constrain(Service service) {
      Placement placement = Placement.constrained("node.labels.zone!=" + zone());
      swarm.update(service.id(), spec -> spec.withTask(spec.task().withPlacement(placement)));
    }

    private void slow(NodeId node) {
      swarm.runtime(node).stopTakes = Duration.ofSeconds(chance.nextInt(90));
      swarm.runtime(node).prepareTakes = Duration.ofSeconds(chance.nextInt(10));
    }

    private void cutOrMend(NodeId node) {
      boolean mend = cut.remove(node) || !cut.add(node);
      swarm.cut(node, !mend);
    }

    private void powerOff(NodeId node) {
      off.add(node);
      cut.remove(node);
      swarm.powerOff(node);
    }

    private void powerOn(NodeId node) {
      off.remove(node);
      swarm.powerOn(node);
    }

    /** All faults cease, and time passes. */
    private void heal() {
      List.copyOf(off).forEach(this::powerOn);
      for (NodeId node : nodes) {
        swarm.cut(node, false);
        swarm.runtime(node).stopTakes = Duration.ZERO;
        swarm.runtime(node).prepareTakes = Duration.ZERO;
        swarm.availability(node, Availability.ACTIVE);
        swarm.label(node, Map.of("zone", "free"));
      }
      swarm.pass(Duration.ofMinutes(10));
    }

    void requireHealed() {
      assertThat(violations).isEmpty();
      assertThat(all).as("no turn failed").allMatch(manager -> manager.begins <= 1);
      assertThat(swarm.runtimes.stream().flatMap(runtime -> runtime.started.stream()))
          .as("a task is used once")
          .doesNotHaveDuplicates();
      assertThat(swarm.view().nodes()).allMatch(n -> n.status().state() == NodeState.READY);
      for (Service service : swarm.view().services()) {
        assertThat(service.isRemoved()).as("removed services are gone").isFalse();
        List<Task> running = swarm.running(service.id());
        if (service.spec().mode() instanceof ServiceMode.Replicated mode) {
          assertThat(running).as(service.name()).hasSize(mode.replicas());
          assertThat(running).extracting(Task::slot).doesNotHaveDuplicates();
          assertThat(running)
              .as("new slots take the lowest free numbers")
              .extracting(task -> ((SlotKey.Numbered) task.slot()).number())
              .allMatch(number -> number >= 1 && number < MOST_REPLICAS);
        } else {
          assertThat(running)
              .as(service.name())
              .extracting(Task::nodeId)
              .containsExactlyInAnyOrderElementsOf(nodes);
        }
        for (SlotKey slot : swarm.view().slotsOf(service.id())) {
          requireTidySlot(service.id(), slot);
        }
      }
      requireContainersMatch();
    }

    private void requireTidySlot(ServiceId service, SlotKey slot) {
      List<Task> tasks = swarm.view().tasksIn(service, slot);
      assertThat(tasks).hasSizeLessThanOrEqualTo(5);
      assertThat(tasks).filteredOn(task -> !task.state().isTerminal()).hasSizeLessThanOrEqualTo(1);
    }

    /** What really runs on the nodes is what the state says. */
    private void requireContainersMatch() {
      for (NodeId node : nodes) {
        List<TaskId> expected =
            swarm.view().tasksOn(node).stream()
                .filter(task -> task.state() == TaskState.RUNNING)
                .map(Task::id)
                .toList();
        assertThat(swarm.runtime(node).running()).containsExactlyInAnyOrderElementsOf(expected);
      }
    }

    private List<Service> live() {
      return swarm.view().services().stream().filter(service -> !service.isRemoved()).toList();
    }

    private List<Task> running() {
      return swarm.view().tasks().stream()
          .filter(task -> task.state() == TaskState.RUNNING && task.isDesiredAlive())
          .filter(task -> nodes.contains(task.nodeId()) && !off.contains(task.nodeId()))
          .filter(task -> swarm.runtime(task.nodeId()).running().contains(task.id()))
          .toList();
    }

    private List<NodeId> up() {
      return nodes.stream().filter(node -> !off.contains(node)).toList();
    }

    private Availability availability() {
      return Availability.values()[chance.nextInt(3)];
    }

    private String zone() {
      return "z" + chance.nextInt(3);
    }

    private <T> List<T> any(List<T> all) {
      return all.isEmpty() ? List.of() : List.of(all.get(chance.nextInt(all.size())));
    }

    /** Checks at each commit what must always hold. */
    private final class Watcher implements ChangeFeed.Listener {

      @Override
      public void changed(Commit commit, List<Change> changes) {
        for (Change change : changes) {
          trace.append(commit.revision()).append(' ').append(change.id());
          if (change.after() instanceof Task task) {
            trace.append(' ').append(task.state()).append('/').append(task.desiredState());
            check(commit, (Task) change.before(), task);
          }
          trace.append('\n');
        }
      }

      private void check(Commit commit, Task before, Task after) {
        if (before != null) {
          require(!after.state().isBefore(before.state()), "went back", before, after);
          require(
              !after.desiredState().isBefore(before.desiredState()), "went back", before, after);
          require(
              before.nodeId() == null || before.nodeId().equals(after.nodeId()),
              "moved",
              before,
              after);
          require(after.slot().equals(before.slot()), "changed its slot", before, after);
        }
        require(
            after.state() == TaskState.RUNNING || after.status().reason() != null,
            "is silent",
            before,
            after);
        long alive =
            commit.after().tasksIn(after.serviceId(), after.slot()).stream()
                .filter(Task::isDesiredAlive)
                .count();
        require(alive <= 1, "shares its slot", before, after);
      }

      private void require(boolean holds, String what, Task before, Task after) {
        if (!holds) {
          violations.add("task " + what + ": " + before + " -> " + after);
        }
      }

      @Override
      public void lost(long revision) {
        violations.add("the feed lost its watcher after " + revision);
      }
    }
  }
}
