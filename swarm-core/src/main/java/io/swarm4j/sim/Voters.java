package io.swarm4j.sim;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which machines have a say in the replicated log, and whom each of them can reach. */
final class Voters {
  private final SimulatedNetwork network;
  private final Map<String, Voter> byName = new LinkedHashMap<>();

  Voters(SimulatedNetwork network, List<String> founders) {
    this.network = network;
    founders.forEach(this::enter);
  }

  /** Gives a machine a say, with nothing on its disk yet. */
  void enter(String name) {
    byName.put(name, new Voter(name));
  }

  void remove(Voter voter) {
    byName.remove(voter.name, voter);
  }

  /** The voter of that name; null if the machine has no say. */
  @Nullable Voter named(String name) {
    return byName.get(name);
  }

  Collection<Voter> all() {
    return byName.values();
  }

  boolean allOpen() {
    return byName.values().stream().allMatch(v -> v.log != null && v.log.isOpen());
  }

  int majority() {
    return byName.size() / 2 + 1;
  }

  /** Those that could decide together with one, that one included if it is fit. */
  private long inReach(Voter from) {
    return byName.values().stream()
        .filter(v -> v.isFit() && network.connects(from.name, v.name))
        .count();
  }

  /** Whether a voter could lead: it is fit, and a majority is in its reach. */
  boolean canLead(Voter candidate) {
    return candidate.isFit()
        && Objects.requireNonNull(candidate.log).isOpen()
        && inReach(candidate) >= majority();
  }

  List<Voter> candidates() {
    return byName.values().stream().filter(this::canLead).toList();
  }

  /**
   * Why the others could decide nothing without a voter, as the leader sees it; empty if they
   * could.
   */
  String obstacleToRemoval(Voter leader, Voter leaving) {
    int left = byName.size() - 1;
    long reached = inReach(leader) - (isInReach(leader, leaving) ? 1 : 0);
    return reached >= left / 2 + 1
        ? ""
        : "only " + reached + " of the " + left + " others are in reach";
  }

  private boolean isInReach(Voter from, Voter other) {
    return other.isFit() && network.connects(from.name, other.name);
  }
}
