package io.swarm4j.raft;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.seal.Seal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Entries that wait for their turn: a lone one is sent at once, what is queued while others are in
 * flight travels together in the next.
 *
 * <p>Entries keep their order. Once one fails, so do all behind it, until leadership is gained
 * again: they build on each other. Thread-safe; no lock is held while anyone else is called, and
 * one thread sends at a time.
 */
final class Proposals {
  /** Changed objects from which a batch is full. */
  static final int FULL_CHANGES = 200;

  /** Bytes from which a batch is full. */
  static final int FULL_BYTES = 3 << 19; // 1.5 MiB

  /** Longest entry, in bytes; what it is wrapped in has room beside it. */
  static final int LONGEST = RatisSettings.LONGEST_ENTRY - (1 << 16);

  /** Full batches on their way at the same time; another one waits. */
  private static final int MOST_IN_FLIGHT = 8;

  private final Function<Proposal, CompletionStage<Boolean>> sender;
  private final Seal seal;
  private final Runnable onFailure;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private int queuedChanges;
  private int queuedBytes;
  private int inFlight;
  private boolean sending;
  private long term = -1;

  /**
   * Makes the queue; it refuses all until leadership is gained.
   *
   * @param sender appends to the log, in the order of calls; completes with whether the entries
   *     were accepted. Must not block
   * @param onFailure told when entries were not accepted although this manager leads: it refuses
   *     all that come until leadership is gained again. Must not block
   */
  Proposals(Function<Proposal, CompletionStage<Boolean>> sender, Seal seal, Runnable onFailure) {
    this.sender = sender;
    this.onFailure = onFailure;
    this.seal = seal;
  }

  /** Takes entries of a new leadership. */
  void begin(long newTerm) {
    restart(newTerm, "leadership began anew", null);
  }

  /** Refuses what waits and what comes. */
  void end(String why, @Nullable Throwable cause) {
    restart(-1, why, cause);
  }

  private void restart(long newTerm, String why, @Nullable Throwable cause) {
    List<Waiting> dropped;
    synchronized (this) {
      dropped = new ArrayList<>(queue);
      queue.clear();
      queuedChanges = 0;
      queuedBytes = 0;
      inFlight = 0;
      term = newTerm;
    }
    fail(dropped, why, cause);
  }

  private static void fail(List<Waiting> entries, String why, @Nullable Throwable cause) {
    entries.forEach(
        entry ->
            entry.done.completeExceptionally(
                cause == null
                    ? new UnavailableException(why)
                    : new UnavailableException(why, cause)));
  }

  CompletionStage<@Nullable Void> propose(LogEntry entry) {
    byte[] bytes = Batch.encode(entry);
    if (bytes.length > LONGEST) {
      return refuse(entry, bytes.length);
    }
    Waiting waiting = new Waiting(entry, bytes, new CompletableFuture<>());
    synchronized (this) {
      if (entry.term() != term) {
        return CompletableFuture.failedFuture(
            new UnavailableException("this manager does not lead in term " + entry.term()));
      }
      queue.add(waiting);
      queuedChanges += entry.size();
      queuedBytes += bytes.length;
    }
    send();
    return waiting.done;
  }

  /** Whoever proposed it builds on it already, and has to begin anew. */
  private CompletionStage<@Nullable Void> refuse(LogEntry entry, int length) {
    String why =
        String.format(
            "a change of %d objects makes an entry of %d bytes, and the log takes %d at most; make"
                + " it in several steps",
            entry.size(), length, LONGEST);
    end(why, null);
    onFailure.run();
    return CompletableFuture.failedFuture(new UnavailableException(why));
  }

  private void send() {
    for (Load next = take(); next != null; next = take()) {
      Load load = next;
      CompletionStage<Boolean> sent;
      try {
        sent = sender.apply(load.seal(seal));
      } catch (RuntimeException fault) {
        sent = CompletableFuture.failedFuture(fault);
      }
      synchronized (this) {
        sending = false;
      }
      sent.whenComplete((accepted, failure) -> ended(load, accepted, failure));
    }
  }

  /** What is to be sent by the caller, and by nobody else meanwhile; null if nothing. */
  private synchronized @Nullable Load take() {
    boolean full = queuedChanges >= FULL_CHANGES || queuedBytes >= FULL_BYTES;
    boolean free = inFlight == 0 || (full && inFlight < MOST_IN_FLIGHT);
    if (sending || queue.isEmpty() || !free) {
      return null;
    }
    sending = true;
    inFlight++;
    List<Waiting> taken = new ArrayList<>();
    int changes = 0;
    int bytes = 0;
    for (Waiting next = queue.peek(); next != null; next = queue.peek()) {
      changes += next.entry.size();
      bytes += next.bytes.length;
      if (!taken.isEmpty() && (changes > FULL_CHANGES || bytes > FULL_BYTES)) {
        break;
      }
      queue.remove();
      queuedChanges -= next.entry.size();
      queuedBytes -= next.bytes.length;
      taken.add(next);
    }
    return new Load(term, taken);
  }

  private void ended(Load load, @Nullable Boolean accepted, @Nullable Throwable failure) {
    if (failure == null && Boolean.TRUE.equals(accepted)) {
      load.entries.forEach(entry -> entry.done.complete(null));
      synchronized (this) {
        if (term == load.term) {
          inFlight--;
        }
      }
      send();
      return;
    }
    String why =
        failure == null
            ? "every manager refused the change: it was made under an earlier leadership"
            : "it is not known whether the change was committed: " + failure.getMessage();
    fail(load.entries, why, failure);
    boolean present;
    synchronized (this) {
      present = term == load.term;
    }
    if (present) {
      end(why, failure);
      onFailure.run();
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  private record Waiting(LogEntry entry, byte[] bytes, CompletableFuture<@Nullable Void> done) {}

  private record Load(long term, List<Waiting> entries) {

    Proposal seal(Seal seal) {
      byte[] clear = Batch.join(entries.stream().map(Waiting::bytes).toList());
      return new Proposal(
          entries.stream().map(Waiting::entry).toList(),
          seal.seal(clear, ReplicaStateMachine.ENTRY));
    }
  }
}
