package io.swarm4j.scheduler;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Task;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides which node runs which task, and explains why: the scheduler as a library, without a store
 * of its own.
 *
 * <p>The same state, options and seed give the same decisions. Not thread-safe.
 *
 * <pre>{@code
 * PlacementEngine engine = PlacementEngine.of(view, PlacementOptions.DEFAULT);
 * List<Decision> decisions = engine.place(tasks, view, now);
 * }</pre>
 */
public final class PlacementEngine {
  private final ClusterModel model;

  private PlacementEngine(ClusterModel model) {
    this.model = model;
  }

  /** An engine that knows all nodes and tasks of {@code state}. */
  public static PlacementEngine of(State state, PlacementOptions options) {
    ClusterModel model = newModel(state, options, ClusterModel.Listener.NONE);
    model.load(state);
    return new PlacementEngine(model);
  }

  static ClusterModel newModel(
      State state, PlacementOptions options, ClusterModel.Listener listener) {
    long seed = options.seed().orElse(state.cluster().id().hi() ^ state.cluster().id().lo());
    return new ClusterModel(options, seed, listener);
  }

  /**
   * Follows a change of a node, task or service; others are ignored.
   *
   * @param state a state that contains the change
   */
  public void apply(Change change, State state) {
    model.apply(change, state);
  }

  /**
   * Decides for tasks that are pending, and counts those that it places as placed from now on.
   *
   * <p>Tasks of the same service and spec version are placed together, in the order given, groups
   * in the order of their first task: the outcome is that of placing them one by one in that order.
   *
   * @param state where the specs are found
   * @param now failures of the last five minutes count
   * @return one decision for each task, in the order of {@code tasks}
   * @throws IllegalArgumentException if a task's spec is not in {@code state}
   */
  public List<Decision> place(List<Task> tasks, State state, Instant now) {
    Decision[] decisions = new Decision[tasks.size()];
    Map<TaskGroup, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < decisions.length; i++) {
      Task task = tasks.get(i);
      TaskGroup group = groupOf(task, state);
      if (task.nodeId() == null) {
        groups.computeIfAbsent(group, any -> new ArrayList<>()).add(i);
      } else {
        decisions[i] = confirm(task, group, task.nodeId());
      }
    }
    groups.forEach((group, members) -> placeGroup(tasks, decisions, group, members, now));
    return List.of(decisions);
  }

  private Decision confirm(Task task, TaskGroup group, NodeId node) {
    int slot = model.nodes.slotOf(node);
    int check = slot < 0 ? Checks.ABSENT : model.checks.firstRefusal(group, slot);
    if (check == Checks.PASS) {
      model.take(group, slot);
      return new Decision.Placed(task, node, model.settle(group, slot, task.id()));
    }
    Reason.NoSuitableNode reason = model.checks.refusalOf(check);
    return new Decision.Refused(task, Refusals.bareText(reason), reason);
  }

  private void placeGroup(
      List<Task> tasks, Decision[] decisions, TaskGroup group, List<Integer> members, Instant now) {
    Fill fill = model.fill(group, now);
    int slot = 0;
    Reason.@Nullable NoSuitableNode reason = null;
    for (int member : members) {
      Task task = tasks.get(member);
      slot = slot < 0 ? -1 : fill.next();
      if (slot >= 0) {
        List<GenericResource> assigned = model.settle(group, slot, task.id());
        decisions[member] = new Decision.Placed(task, model.nodes.idIn(slot), assigned);
      } else {
        reason = reason == null ? refusals(group).reason() : reason;
        decisions[member] = new Decision.Refused(task, Refusals.text(reason), reason);
      }
    }
  }

  private Refusals refusals(TaskGroup group) {
    Refusals refusals = new Refusals(model.checks);
    for (int slot = 0; slot < model.nodes.slotCount(); slot++) {
      refusals.count(model.checks.firstRefusal(group, slot), 1);
    }
    return refusals;
  }

  /**
   * Asks all filters about all nodes for one task, as if it were to be placed now.
   *
   * @param state where the spec is found
   * @param now failures of the last five minutes count
   * @throws IllegalArgumentException if the task's spec is not in {@code state}
   */
  public Explanation explain(Task task, State state, Instant now) {
    return explain(model, task, groupOf(task, state), now);
  }

  static Explanation explain(ClusterModel model, Task task, TaskGroup group, Instant now) {
    model.expireFailures(group, now);
    NodeId bound = Standing.boundTo(task);
    List<Verdict> verdicts = new ArrayList<>();
    Refusals refusals = new Refusals(model.checks);
    for (int slot = 0; slot < model.nodes.slotCount(); slot++) {
      Node node = model.nodes.nodeIn(slot);
      if (node != null && (bound == null || bound.equals(node.id()))) {
        verdicts.add(model.checks.verdict(group, slot));
        refusals.count(model.checks.firstRefusal(group, slot), 1);
      }
    }
    verdicts.sort(Comparator.comparing(verdict -> verdict.node().id()));
    boolean placeable = verdicts.stream().anyMatch(Verdict.Suits.class::isInstance);
    Reason.NoSuitableNode reason =
        placeable ? new Reason.NoSuitableNode(List.of()) : refusals.reason();
    String text =
        placeable ? "" : bound == null ? Refusals.text(reason) : Refusals.bareText(reason);
    return new Explanation(task.id(), verdicts, text, reason);
  }

  private TaskGroup groupOf(Task task, State state) {
    TaskGroup group = model.groupOf(task, state);
    if (group == null) {
      throw unknownSpec(task);
    }
    return group;
  }

  static IllegalArgumentException unknownSpec(Task task) {
    return new IllegalArgumentException(
        "task "
            + task.id()
            + " refers to version "
            + task.specVersion()
            + " of service "
            + task.serviceId()
            + ", which the given state does not have");
  }
}
