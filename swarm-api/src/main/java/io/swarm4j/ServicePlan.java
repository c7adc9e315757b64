package io.swarm4j;

import io.swarm4j.model.FieldChange;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import java.time.Duration;
import java.util.List;

/**
 * What a spec would do to the swarm, found out by the engine itself: it goes on from the present
 * state in a time of its own, with nodes that do at once whatever they are told.
 *
 * <p>Times are those of delays and monitor windows; programs take none to start and end, and none
 * fails. The state may change before the plan is applied, and other tasks may come to other nodes
 * then; the spec is applied only if the service is still the one that was planned for.
 *
 * @param kind whether the service is new, changed or left alone
 * @param version of the service that was planned for; 0 for a new one
 * @param spec what would be stored, with the digest of its image where that is known
 * @param changes the fields that differ from the present spec; empty for a new service
 * @param steps the starts and ends of tasks, in order of time
 * @param fewestRunning how many tasks of the service run at the least, meanwhile
 * @param outcome what becomes of the service
 * @param remark what the roll-out has to say of itself, such as why it waits; empty for nothing
 */
public record ServicePlan(
    Kind kind,
    long version,
    ServiceSpec spec,
    List<FieldChange> changes,
    List<Step> steps,
    int fewestRunning,
    Convergence outcome,
    String remark) {

  public ServicePlan {
    changes = List.copyOf(changes);
    steps = List.copyOf(steps);
  }

  /** What happens to a service. */
  public enum Kind {
    CREATE,
    UPDATE,
    NOTHING
  }

  /** What happens to a task. */
  public enum Action {
    START,
    STOP
  }

  /**
   * A task that starts or ends.
   *
   * @param after how much time has passed by then since the spec was stored
   * @param action which of both
   * @param slot its slot
   * @param node its node
   * @param hostname the name of its node
   */
  public record Step(Duration after, Action action, SlotKey slot, NodeId node, String hostname) {}

  /** The steps of one kind. */
  public List<Step> steps(Action action) {
    return steps.stream().filter(step -> step.action() == action).toList();
  }

  /** How long the last task takes to come or go, delays included. */
  public Duration duration() {
    return steps.isEmpty() ? Duration.ZERO : steps.get(steps.size() - 1).after();
  }
}
