package io.swarm4j.scheduler;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Placement.SpreadPreference;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Resources;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The rules of placement in their plainest form: for every task it looks at all nodes and all
 * tasks. What the engine must agree with.
 */
final class PlainPlacement {
  private final View view;
  private final NodeTable lots;
  private final List<Task> held = new ArrayList<>();

  PlainPlacement(View view, long seed) {
    this.view = view;
    this.lots = new NodeTable(seed);
    view.nodes().forEach(lots::put);
    lots.arrange();
    view.tasks().stream().filter(Task::holdsNode).forEach(held::add);
  }

  /** The node for a task, which it is counted on from now on; null if there is none. */
  NodeId place(Task task) {
    ServiceSpec spec = view.specOf(task);
    Comparator<Node> order = (a, b) -> 0;
    String path = "";
    for (SpreadPreference preference : spec.task().placement().preferences()) {
      String label = preference.descriptor().substring("node.labels.".length());
      path += label + ",";
      String upToHere = path;
      order = order.thenComparingLong(node -> inBranch(task, upToHere, node));
    }
    order =
        order
            .thenComparingLong(node -> weighingFailures(task, node))
            .thenComparingLong(node -> count(node, each -> ofService(task, each)))
            .thenComparingLong(node -> count(node, each -> 1))
            .thenComparingInt(node -> lots.positions[lots.slotOf(node.id())]);
    Node best =
        view.nodes().stream().filter(node -> fits(spec, task, node)).min(order).orElse(null);
    if (best == null) {
      return null;
    }
    List<GenericResource> assigned = spec.task().resources().reserved().generic();
    held.add(task.withNodeId(best.id()).withAssigned(assigned));
    return best.id();
  }

  /** A task has ended. */
  void end(Task task) {
    held.removeIf(other -> other.id().equals(task.id()));
  }

  private boolean fits(ServiceSpec spec, Task task, Node node) {
    Resources wanted = spec.task().resources().reserved();
    Resources total = node.description().resources();
    long cpu = total.nanoCpus() - heldOn(node, each -> reserved(each).nanoCpus());
    long memory = total.memoryBytes() - heldOn(node, each -> reserved(each).memoryBytes());
    long gpus = gpus(total.generic()) - heldOn(node, each -> gpus(each.assigned()));
    int most = spec.task().placement().maxReplicasPerNode();
    return node.isSchedulable()
        && (wanted.nanoCpus() == 0 || wanted.nanoCpus() <= cpu)
        && (wanted.memoryBytes() == 0 || wanted.memoryBytes() <= memory)
        && (gpus(wanted.generic()) == 0 || gpus(wanted.generic()) <= gpus)
        && spec.task().placement().allows(node)
        && hostPorts(spec).stream()
            .noneMatch(
                port ->
                    heldOn(node, each -> hostPorts(view.specOf(each)).contains(port) ? 1 : 0) > 0)
        && (most == 0 || count(node, each -> ofService(task, each)) < most);
  }

  private static List<Integer> hostPorts(ServiceSpec spec) {
    return spec.endpoint().ports().stream()
        .filter(port -> port.publishMode() == PublishMode.HOST)
        .map(PortSpec::published)
        .toList();
  }

  private static long gpus(List<GenericResource> generic) {
    return generic.stream().mapToLong(each -> ((GenericResource.Discrete) each).count()).sum();
  }

  private Resources reserved(Task task) {
    return view.specOf(task).task().resources().reserved();
  }

  private static int ofService(Task task, Task other) {
    return other.serviceId().equals(task.serviceId()) ? 1 : 0;
  }

  private long heldOn(Node node, ToLongFunction<Task> amount) {
    return held.stream().filter(task -> node.id().equals(task.nodeId())).mapToLong(amount).sum();
  }

  private long count(Node node, ToLongFunction<Task> amount) {
    return heldOn(node, task -> task.isDesiredAlive() ? amount.applyAsLong(task) : 0);
  }

  private long inBranch(Task task, String labels, Node node) {
    return view.nodes().stream()
        .filter(other -> branch(other, labels).equals(branch(node, labels)))
        .mapToLong(other -> count(other, each -> ofService(task, each)))
        .sum();
  }

  private static String branch(Node node, String labels) {
    StringBuilder values = new StringBuilder();
    for (String label : labels.split(",")) {
      values.append(node.spec().labels().getOrDefault(label, "")).append('/');
    }
    return values.toString();
  }

  private long weighingFailures(Task task, Node node) {
    long failures =
        view.tasksOf(task.serviceId()).stream()
            .filter(
                other ->
                    other.state() == TaskState.FAILED
                        && node.id().equals(other.nodeId())
                        && other.specVersion() == task.specVersion())
            .count();
    return failures >= 5 ? failures : 0;
  }
}
