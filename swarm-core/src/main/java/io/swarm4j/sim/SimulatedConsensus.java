package io.swarm4j.sim;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.sim.SimulatedLog.Proposal;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a consensus protocol does, seen from outside: one leader a term, entries that commit once a
 * majority has them on disk, leaders that learn late that they lead no more, followers that lag.
 *
 * <p>The outcome of the protocol is modelled and not its messages; latency, lines that are cut and
 * disks decide about it as they would about the real one. What a majority holds when a leader is
 * lost survives, all else is dropped; now and then a late entry of an earlier term still gets into
 * the log, for every replica to refuse alike.
 */
final class SimulatedConsensus {
  private static final Duration LEAST_PATIENCE = Duration.ofMillis(1_000);
  private static final Duration MOST_PATIENCE = Duration.ofMillis(2_000);
  private static final Duration MOST_DELAY_OF_STALE = Duration.ofMillis(500);
  private static final double STALE_ENTRIES = 0.5;

  private final VirtualTime time;
  private final Loop loop;
  private final Chance chance;
  private final SimulatedNetwork network;
  private final int fullEntrySize;
  private final Voters voters;
  private final ArrayDeque<Proposal> inFlight = new ArrayDeque<>();
  private final CommittedItems items = new CommittedItems();
  private long term;
  private @Nullable SimulatedLog leader;
  private Timer election = Timer.NONE;
  private boolean electionPlanned;

  SimulatedConsensus(
      VirtualTime time, SimulatedNetwork network, List<String> managers, int fullEntrySize) {
    this.time = time;
    this.loop = time.newLoop("consensus");
    this.chance = time.newChance();
    this.network = network;
    this.fullEntrySize = fullEntrySize;
    this.voters = new Voters(network, managers);
    network.onChange(this::review);
  }

  int fullEntrySize() {
    return fullEntrySize;
  }

  /** Whether a machine has a say, running or not. */
  boolean isVoter(String name) {
    return voters.named(name) != null;
  }

  /**
   * Gives a machine a say, with nothing on its disk yet.
   *
   * @throws UnavailableException if nobody leads
   */
  void enter(String name) {
    if (!isHealthy()) {
      throw new UnavailableException("nobody leads who could let " + name + " in");
    }
    voters.enter(name);
    review();
  }

  /**
   * Takes a machine's say away, and its disk with it. A leader that shall go hands over first.
   *
   * @param asker the manager that wants it; only the leader can
   * @return fails with {@link UnavailableException} if it stays, because the others could decide
   *     nothing without it or nobody leads
   */
  CompletionStage<Void> remove(String asker, String name) {
    SimulatedLog now = leader;
    Voter leaving = voters.named(name);
    if (leaving == null) {
      return CompletableFuture.completedFuture(null);
    }
    if (now == null || !isHealthy() || !now.voter.name.equals(asker)) {
      return refused(asker + " does not lead");
    }
    String obstacle = voters.obstacleToRemoval(now.voter, leaving);
    if (!obstacle.isEmpty()) {
      return refused(obstacle);
    }
    if (now.voter == leaving) {
      depose();
      return refused("it leads, and hands over first");
    }
    voters.remove(leaving);
    SimulatedLog gone = leaving.log;
    if (gone != null) {
      gone.loop.execute(gone::lose);
    }
    review();
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.schedule(network.reliableLatency(asker, name), () -> done.complete(null));
    return done;
  }

  private static CompletionStage<Void> refused(String why) {
    return CompletableFuture.failedFuture(new UnavailableException(why));
  }

  /** The manager that others follow now; null if there is none. */
  @Nullable String leader() {
    return leader == null ? null : leader.voter.name;
  }

  /** A log for a new life of a manager's process. */
  SimulatedLog start(String name, Loop managersLoop) {
    Voter voter = Objects.requireNonNull(voters.named(name), name);
    SimulatedLog log = new SimulatedLog(this, voter, managersLoop);
    voter.log = log;
    return log;
  }

  void opened(SimulatedLog log) {
    if (term == 0) {
      if (voters.allOpen()) {
        elect();
      }
    } else {
      review();
    }
  }

  /** A manager ended in good order; its successor takes over at once. */
  void left(Voter voter, View state) {
    voter.kept = state;
    voter.log = null;
    if (leader != null && leader.voter == voter) {
      elect();
    }
    review();
  }

  /** A manager's process dies, and its disk with it if {@code losesState}. */
  void crashed(String name, boolean losesState) {
    Voter voter = voters.named(name);
    if (voter == null) {
      return;
    }
    SimulatedLog log = voter.log;
    if (log != null) {
      voter.kept = log.isOpen() ? log.replica().state() : voter.kept;
      voter.log = null;
    }
    if (losesState) {
      voter.kept = View.EMPTY;
      voter.term = 0;
      voter.applied = 0;
    }
    review();
  }

  /** Takes leadership away from whoever has it; somebody gets it after an election. */
  void depose() {
    SimulatedLog old = leader;
    if (old != null) {
      leader = null;
      resolveInFlight();
      notice(old);
      review();
    }
  }

  /** A leader can not go on, and says so. */
  void resigned(SimulatedLog log) {
    log.lose();
    if (log == leader) {
      leader = null;
      resolveInFlight();
      review();
    }
  }

  void disk(String name, Duration delay, boolean full) {
    Voter voter = voters.named(name);
    if (voter == null) {
      return;
    }
    voter.diskDelay = delay;
    voter.diskFull = full;
    review();
  }

  void propose(Proposal proposal) {
    if (proposal.proposer != leader) {
      if (proposal.entry.term() < term && chance.withProbability(STALE_ENTRIES)) {
        appendLater(proposal.entry);
      }
      return; // it learns later
    }
    inFlight.add(proposal);
    plan(proposal);
  }

  /** Works out when a majority will have an entry, and when the leader will know. */
  private void plan(Proposal proposal) {
    String from = proposal.proposer.voter.name;
    long now = time.elapsed().toNanos();
    long own = now + proposal.proposer.voter.diskDelay.toNanos();
    List<long[]> acks = new ArrayList<>();
    for (Voter other : voters.all()) {
      if (other != proposal.proposer.voter && other.isFit() && network.connects(from, other.name)) {
        long there =
            now + network.reliableLatency(from, other.name).toNanos() + other.diskDelay.toNanos();
        acks.add(new long[] {there, there + network.reliableLatency(other.name, from).toNanos()});
      }
    }
    int needed = voters.majority() - 1;
    if (acks.size() < needed) {
      return;
    }
    acks.sort((a, b) -> Long.compare(a[1], b[1]));
    proposal.durableAt = needed == 0 ? own : Math.max(own, acks.get(needed - 1)[0]);
    proposal.committedAt = needed == 0 ? own : Math.max(own, acks.get(needed - 1)[1]);
    for (Proposal before : inFlight) { // entries commit in order
      if (before == proposal) {
        break;
      }
      proposal.durableAt = Math.max(proposal.durableAt, before.durableAt);
      proposal.committedAt = Math.max(proposal.committedAt, before.committedAt);
    }
    if (proposal.committedAt != Long.MAX_VALUE) {
      loop.schedule(Duration.ofNanos(proposal.committedAt - now), this::commitDue);
    }
  }

  private void commitDue() {
    long now = time.elapsed().toNanos();
    while (!inFlight.isEmpty() && inFlight.peek().committedAt <= now) {
      Proposal head = inFlight.remove();
      items.add(term, head.entry);
      head.proposer.loop.execute(
          () -> {
            deliver(head.proposer, items.end());
            head.proposer.answer(head);
          });
    }
    voters.all().forEach(this::pump);
  }

  private void append(LogEntry entry) {
    items.add(term, entry);
    voters.all().forEach(this::pump);
  }

  private void appendLater(LogEntry entry) {
    loop.schedule(chance.between(Duration.ZERO, MOST_DELAY_OF_STALE), () -> append(entry));
  }

  /** Sends a replica what it lacks. */
  private void pump(Voter voter) {
    SimulatedLog log = voter.log;
    if (log == null || !log.isOpen() || voter.applied >= items.end() || leader == null) {
      return;
    }
    if (log == leader) {
      log.loop.execute(() -> deliver(log, items.end()));
    } else if (!voter.pumping
        && !voter.diskFull
        && network.connects(leader.voter.name, voter.name)) {
      voter.pumping = true;
      long upTo = items.end();
      Duration delay = network.reliableLatency(leader.voter.name, voter.name).plus(voter.diskDelay);
      loop.schedule(
          delay,
          () -> {
            voter.pumping = false;
            if (voter.log == log) {
              log.loop.execute(() -> deliver(log, upTo));
            }
            log.loop.execute(() -> pump(voter));
          });
    }
  }

  private void deliver(SimulatedLog log, long upTo) {
    items.deliver(log, upTo);
    if (log == leader) {
      items.compact(log);
    }
  }

  /** Looks what follows from a change of lines, disks or processes. */
  void review() {
    if (term == 0) {
      return;
    }
    if (isHealthy()) {
      inFlight.stream().filter(p -> p.committedAt == Long.MAX_VALUE).forEach(this::plan);
      voters.all().forEach(this::pump);
    } else if (!electionPlanned) {
      electionPlanned = true;
      election =
          loop.schedule(
              chance.between(LEAST_PATIENCE, MOST_PATIENCE),
              () -> {
                electionPlanned = false;
                if (!isHealthy()) {
                  elect();
                }
                review();
              });
    }
  }

  private boolean isHealthy() {
    return leader != null && leader.voter.log == leader && voters.canLead(leader.voter);
  }

  private void elect() {
    List<Voter> candidates = voters.candidates();
    SimulatedLog old = leader;
    if (candidates.isEmpty()) {
      leader = null;
      resolveInFlight();
      if (old != null) {
        notice(old);
      }
      return;
    }
    SimulatedLog next =
        Objects.requireNonNull(candidates.get(chance.nextInt(candidates.size())).log);
    resolveInFlight();
    leader = next;
    long newTerm = ++term;
    items.beginTerm(newTerm);
    next.loop.execute(
        () -> {
          if (leader == next && term == newTerm) {
            deliver(next, items.end());
            next.gain(newTerm);
          }
        });
    if (old != null && old != next) {
      notice(old);
    }
    voters.all().forEach(this::pump);
  }

  /** What a majority holds survives its leader; the rest is lost, or comes too late. */
  private void resolveInFlight() {
    long now = time.elapsed().toNanos();
    boolean survives = true;
    for (Proposal proposal : inFlight) {
      survives &= proposal.durableAt <= now;
      if (survives) {
        items.add(term, proposal.entry);
      } else if (chance.withProbability(STALE_ENTRIES)) {
        appendLater(proposal.entry);
      }
    }
    inFlight.clear();
  }

  /** A leader that was replaced learns of it sooner or later. */
  private void notice(SimulatedLog old) {
    Duration patience =
        leader != null && network.connects(leader.voter.name, old.voter.name)
            ? network.reliableLatency(leader.voter.name, old.voter.name)
            : chance.between(LEAST_PATIENCE, MOST_PATIENCE);
    loop.schedule(
        patience,
        () ->
            old.loop.execute(
                () -> {
                  if (old != leader) {
                    old.lose();
                  }
                }));
  }

  void close() {
    election.cancel();
  }
}
