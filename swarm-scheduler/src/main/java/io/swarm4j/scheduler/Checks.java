package io.swarm4j.scheduler;

import io.swarm4j.model.Mount;
import io.swarm4j.model.Node;
import io.swarm4j.model.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * All filters in the order in which they are asked, each known by a number.
 *
 * <p>The built-in ones come first, in the reference's order, then two numbers for each filter of a
 * user (it refused, or it failed), then one for each scorer, which can only fail.
 */
final class Checks {
  static final int PASS = -1;

  /** There is no node in the slot. */
  static final int ABSENT = -2;

  private static final int READY = 0;
  private static final int RESOURCE = 1;
  private static final int PLUGIN = 2;
  private static final int CONSTRAINT = 3;
  private static final int PLATFORM = 4;
  private static final int HOST_PORT = 5;
  private static final int MAX_REPLICAS = 6;
  private static final int VOLUMES = 7;
  private static final int EXTENSIONS = 8;

  private static final String[] NAMES = {
    "ready", "resource", "plugin", "constraint", "platform", "host-port", "max-replicas", "volumes"
  };

  private final NodeTable nodes;
  private final Extensions extensions;
  private final ClusterVolumes volumes;
  private final NodeView view;
  private final int firstScorer;

  Checks(ClusterModel model, NodeTable nodes, Extensions extensions, ClusterVolumes volumes) {
    this.nodes = nodes;
    this.extensions = extensions;
    this.volumes = volumes;
    this.view = new NodeView(model);
    this.firstScorer = EXTENSIONS + 2 * extensions.filters.size();
  }

  /** How many numbers there are. */
  int count() {
    return firstScorer + extensions.scorers.size();
  }

  /** Whether the node is what tasks of the group need, whatever runs on it. */
  boolean suits(TaskGroup group, int slot) {
    Needs needs = group.needs;
    Node node = Objects.requireNonNull(nodes.nodeIn(slot));
    return needs.pluginsPresent(node)
        && needs.constraintsHold(node)
        && needs.platformFits(node)
        && extensions.accept(group, node);
  }

  /** Whether there is room for one more task of the group on the node. */
  boolean hasRoom(TaskGroup group, int slot) {
    return hasResources(group, slot) && (group.simple || hasSpecialRoom(group, slot));
  }

  private boolean hasResources(TaskGroup group, int slot) {
    return (group.cpu == 0 || nodes.freeCpu[slot] >= group.cpu)
        && (group.memory == 0 || nodes.freeMemory[slot] >= group.memory);
  }

  private boolean hasSpecialRoom(TaskGroup group, int slot) {
    return nodes.hasGeneric(slot, group.generic)
        && !portTaken(group, slot)
        && !isLimitReached(group, slot)
        && hasVolumes(group, slot)
        && (group.filters.isEmpty() || extensions.findRoom(group, view.of(group, slot)));
  }

  private boolean portTaken(TaskGroup group, int slot) {
    return group.ports.length > 0 && nodes.hasPortOpen(slot, group.ports);
  }

  private boolean isLimitReached(TaskGroup group, int slot) {
    return group.mostPerNode > 0 && group.service.counts.get(slot) >= group.mostPerNode;
  }

  private boolean hasVolumes(TaskGroup group, int slot) {
    for (Mount mount : group.clusterMounts) {
      if (!volumes.isAvailable(mount, Objects.requireNonNull(nodes.nodeIn(slot)))) {
        return false;
      }
    }
    return true;
  }

  /** The weighted sum of all scorers, NaN if one failed. */
  double score(TaskGroup group, int slot) {
    return extensions.scorers.isEmpty() ? 0 : extensions.score(group, view.of(group, slot));
  }

  /** The first filter that refuses the node, {@link #PASS} or {@link #ABSENT}. */
  int firstRefusal(TaskGroup group, int slot) {
    Node node = nodes.nodeIn(slot);
    if (node == null) {
      return ABSENT;
    }
    if (!node.isSchedulable()) {
      return READY;
    }
    if (!hasResources(group, slot) || !nodes.hasGeneric(slot, group.generic)) {
      return RESOURCE;
    }
    if (!group.nature.set.has(slot)) {
      if (!group.needs.pluginsPresent(node)) {
        return PLUGIN;
      } else if (!group.needs.constraintsHold(node)) {
        return CONSTRAINT;
      } else if (!group.needs.platformFits(node)) {
        return PLATFORM;
      }
    }
    if (portTaken(group, slot)) {
      return HOST_PORT;
    } else if (isLimitReached(group, slot)) {
      return MAX_REPLICAS;
    } else if (!hasVolumes(group, slot)) {
      return VOLUMES;
    }
    if (group.filters.isEmpty() && extensions.scorers.isEmpty()) {
      return PASS;
    }
    List<Integer> refusals = new ArrayList<>();
    askExtensions(group, slot, node, refusals::add);
    return refusals.isEmpty() ? PASS : refusals.get(0);
  }

  /** All filters that refuse the node. */
  List<Integer> refusals(TaskGroup group, int slot) {
    Node node = Objects.requireNonNull(nodes.nodeIn(slot));
    Needs needs = group.needs;
    List<Integer> found = new ArrayList<>();
    note(found, READY, !node.isSchedulable());
    note(found, RESOURCE, !hasResources(group, slot) || !nodes.hasGeneric(slot, group.generic));
    note(found, PLUGIN, !needs.pluginsPresent(node));
    note(found, CONSTRAINT, !needs.constraintsHold(node));
    note(found, PLATFORM, !needs.platformFits(node));
    note(found, HOST_PORT, portTaken(group, slot));
    note(found, MAX_REPLICAS, isLimitReached(group, slot));
    note(found, VOLUMES, !hasVolumes(group, slot));
    askExtensions(group, slot, node, found::add);
    return found;
  }

  private static void note(List<Integer> found, int check, boolean refused) {
    if (refused) {
      found.add(check);
    }
  }

  private void askExtensions(TaskGroup group, int slot, Node node, IntConsumer refusal) {
    for (int number : group.filters.numbers()) {
      Extensions.Answer answer = extensions.accepts(number, group, node);
      if (answer == Extensions.Answer.YES) {
        answer = extensions.hasRoom(number, group, view.of(group, slot));
      }
      if (answer != Extensions.Answer.YES) {
        refusal.accept(EXTENSIONS + 2 * number + (answer == Extensions.Answer.FAILED ? 1 : 0));
      }
    }
    if (Double.isNaN(score(group, slot))) {
      int failing = extensions.failingScorer(group, view.of(group, slot));
      refusal.accept(firstScorer + Math.max(failing, 0));
    }
  }

  /** Short name of a filter. */
  String name(int check) {
    if (check < EXTENSIONS) {
      return NAMES[check];
    }
    return check < firstScorer
        ? extensions.filters.get((check - EXTENSIONS) / 2).name()
        : extensions.scorers.get(check - firstScorer).scorer().name();
  }

  /** Text of a filter that refused so many nodes; the built-in ones are the reference's. */
  String explain(int check, int count) {
    return switch (check) {
      case READY -> Texts.nodes(count) + " not available for new tasks";
      case RESOURCE -> "insufficient resources on " + Texts.nodes(count);
      case PLUGIN -> "missing plugin on " + Texts.nodes(count);
      case CONSTRAINT -> "scheduling constraints not satisfied on " + Texts.nodes(count);
      case PLATFORM -> "unsupported platform on " + Texts.nodes(count);
      case HOST_PORT -> "host-mode port already in use on " + Texts.nodes(count);
      case MAX_REPLICAS -> "max replicas per node limit exceed";
      case VOLUMES -> "cannot fulfill requested CSI volume mounts on " + Texts.nodes(count);
      default -> explainExtension(check, count);
    };
  }

  private String explainExtension(int check, int count) {
    if (check >= firstScorer) {
      return "scorer " + name(check) + " failed on " + Texts.nodes(count);
    }
    Filter filter = extensions.filters.get((check - EXTENSIONS) / 2);
    if ((check - EXTENSIONS) % 2 != 0) {
      return "filter " + filter.name() + " failed on " + Texts.nodes(count);
    }
    return extensions.explain(filter, count);
  }

  /** A single node's refusal as a summary; a node that is gone counts as not available. */
  Reason.NoSuitableNode refusalOf(int check) {
    Refusals refusals = new Refusals(this);
    refusals.count(check == ABSENT ? READY : check, 1);
    return refusals.reason();
  }

  /** What all filters say of a node that exists. */
  Verdict verdict(TaskGroup group, int slot) {
    Node node = Objects.requireNonNull(nodes.nodeIn(slot));
    List<Integer> refusals = refusals(group, slot);
    if (refusals.isEmpty()) {
      return new Verdict.Suits(
          node,
          group.failures == null ? 0 : group.failures.recent(slot),
          score(group, slot),
          group.service.counts.get(slot),
          nodes.tasks[slot]);
    }
    return new Verdict.Refused(node, refusals.stream().map(this::refusal).toList());
  }

  private Verdict.Refusal refusal(int check) {
    boolean failed = check >= firstScorer || (check >= EXTENSIONS && (check - EXTENSIONS) % 2 != 0);
    String text =
        failed
            ? (check >= firstScorer ? "scorer " : "filter ")
                + name(check)
                + " failed: "
                + extensions.lastFault(name(check))
            : explain(check, 1);
    return new Verdict.Refusal(name(check), text);
  }
}
