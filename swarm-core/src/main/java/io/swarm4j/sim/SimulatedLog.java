package io.swarm4j.sim;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.State;
import io.swarm4j.time.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One manager's end of the replicated log, for one life of its process. */
final class SimulatedLog implements Log {
  final Voter voter;
  final Loop loop;
  private final SimulatedConsensus consensus;
  private final List<Proposal> unanswered = new ArrayList<>();
  private @Nullable Replica replica;
  private boolean leading;
  private long term;

  SimulatedLog(SimulatedConsensus consensus, Voter voter, Loop loop) {
    this.consensus = consensus;
    this.voter = voter;
    this.loop = loop;
  }

  /** An entry on its way, and who waits for it. */
  static final class Proposal {
    final LogEntry entry;
    final SimulatedLog proposer;
    final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

    /** Nanoseconds since the start; {@link Long#MAX_VALUE} while there is no majority. */
    long durableAt = Long.MAX_VALUE;

    long committedAt = Long.MAX_VALUE;

    Proposal(LogEntry entry, SimulatedLog proposer) {
      this.entry = entry;
      this.proposer = proposer;
    }
  }

  @Override
  public void open(Replica newReplica) {
    replica = newReplica;
    if (voter.kept.revision() > 0) {
      newReplica.restore(voter.kept);
    }
    newReplica.termBegan(voter.term);
    consensus.opened(this);
  }

  Replica replica() {
    return Objects.requireNonNull(replica, "the log is not open yet");
  }

  boolean isOpen() {
    return replica != null;
  }

  /** Whether its manager believes to lead, rightly or not. */
  boolean isLeading() {
    return leading;
  }

  void gain(long newTerm) {
    leading = true;
    term = newTerm;
    replica().leadershipGained(newTerm);
  }

  /**
   * Its manager learns that it no longer leads; what it waits for may or may not have come true.
   */
  void lose() {
    if (leading) {
      leading = false;
      replica().leadershipLost();
    }
    List<Proposal> lost = List.copyOf(unanswered);
    unanswered.clear();
    lost.forEach(proposal -> fail(proposal, "leadership was lost"));
  }

  @Override
  public CompletionStage<Void> propose(LogEntry entry) {
    Proposal proposal = new Proposal(entry, this);
    if (!leading || entry.term() != term) {
      fail(proposal, "this manager does not lead in term " + entry.term());
    } else if (voter.diskFull) {
      fail(proposal, "no space left on the simulated disk of " + voter.name);
      loop.execute(() -> consensus.resigned(this));
    } else {
      unanswered.add(proposal);
      consensus.propose(proposal);
    }
    return proposal.done;
  }

  private static void fail(Proposal proposal, String why) {
    proposal.done.completeExceptionally(new UnavailableException(why));
  }

  void answer(Proposal proposal) {
    unanswered.remove(proposal);
    proposal.done.complete(null);
  }

  @Override
  public int fullEntrySize(State head) {
    return consensus.fullEntrySize();
  }

  @Override
  public void close() {
    if (voter.log == this) {
      lose();
      consensus.left(voter, replica().state());
    }
  }
}
