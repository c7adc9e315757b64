package io.swarm4j.scheduler;

import io.swarm4j.model.Node;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.scheduler.PlacementOptions.WeightedScorer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Users' filters and scorers, with a fence around each: one that throws refuses the node and is
 * logged once.
 */
final class Extensions {
  private static final Logger LOG = LoggerFactory.getLogger(Extensions.class);

  final List<Filter> filters;
  final List<WeightedScorer> scorers;
  private final Map<String, String> faults = new LinkedHashMap<>();

  Extensions(PlacementOptions options) {
    this.filters = options.filters();
    this.scorers = options.scorers();
  }

  /** What a filter says of a node. */
  enum Answer {
    YES,
    NO,
    FAILED
  }

  /**
   * The filters that apply to a spec.
   *
   * @param numbers of the filters that apply
   * @param broken those among them that could not even say whether they do
   */
  record Choice(List<Integer> numbers, Set<Integer> broken) {
    boolean isEmpty() {
      return numbers.isEmpty();
    }
  }

  Choice choose(ServiceSpec spec) {
    List<Integer> numbers = new ArrayList<>();
    Set<Integer> broken = new LinkedHashSet<>();
    for (int number = 0; number < filters.size(); number++) {
      try {
        if (filters.get(number).appliesTo(spec)) {
          numbers.add(number);
        }
      } catch (RuntimeException | LinkageError fault) {
        report("filter", filters.get(number).name(), fault);
        numbers.add(number);
        broken.add(number);
      }
    }
    return new Choice(numbers, broken);
  }

  /** Whether all filters that apply accept what the node is. */
  boolean accept(TaskGroup group, Node node) {
    for (int number : group.filters.numbers()) {
      if (accepts(number, group, node) != Answer.YES) {
        return false;
      }
    }
    return true;
  }

  Answer accepts(int number, TaskGroup group, Node node) {
    Filter filter = filters.get(number);
    if (group.filters.broken().contains(number)) {
      return Answer.FAILED;
    }
    try {
      return filter.accepts(group.spec, node) ? Answer.YES : Answer.NO;
    } catch (RuntimeException | LinkageError fault) {
      report("filter", filter.name(), fault);
      return Answer.FAILED;
    }
  }

  /** Whether all filters that apply find room on the node. */
  boolean findRoom(TaskGroup group, NodeUsage usage) {
    for (int number : group.filters.numbers()) {
      if (hasRoom(number, group, usage) != Answer.YES) {
        return false;
      }
    }
    return true;
  }

  Answer hasRoom(int number, TaskGroup group, NodeUsage usage) {
    Filter filter = filters.get(number);
    try {
      return filter.hasRoom(group.spec, usage) ? Answer.YES : Answer.NO;
    } catch (RuntimeException | LinkageError fault) {
      report("filter", filter.name(), fault);
      return Answer.FAILED;
    }
  }

  /** The weighted sum of all scorers, NaN if one of them failed. */
  double score(TaskGroup group, NodeUsage usage) {
    double sum = 0;
    for (WeightedScorer weighted : scorers) {
      sum += weighted.weight() * score(weighted, group, usage);
    }
    return sum;
  }

  /** The number of the first scorer that fails, -1 if none does. */
  int failingScorer(TaskGroup group, NodeUsage usage) {
    for (int number = 0; number < scorers.size(); number++) {
      if (Double.isNaN(score(scorers.get(number), group, usage))) {
        return number;
      }
    }
    return -1;
  }

  private double score(WeightedScorer weighted, TaskGroup group, NodeUsage usage) {
    try {
      return weighted.scorer().score(group.spec, usage);
    } catch (RuntimeException | LinkageError fault) {
      report("scorer", weighted.scorer().name(), fault);
      return Double.NaN;
    }
  }

  /** A filter's text for so many refused nodes. */
  String explain(Filter filter, int count) {
    try {
      return filter.explain(count);
    } catch (RuntimeException | LinkageError fault) {
      report("filter", filter.name(), fault);
      return filter.name() + " not satisfied on " + Texts.nodes(count);
    }
  }

  /** How a filter or scorer failed the last time, empty if it never did. */
  String lastFault(String name) {
    return faults.getOrDefault(name, "");
  }

  private void report(String kind, String name, Throwable fault) {
    if (faults.put(name, fault.toString()) == null) {
      LOG.warn(
          "{} {} failed; nodes for which it fails get no tasks. Further failures of it are not logged",
          kind,
          name,
          fault);
    }
  }
}
