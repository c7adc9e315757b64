package io.swarm4j.store;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A manager's copy of the swarm's state, kept in step by a {@link Log}.
 *
 * <p>{@link #view()} and {@link #feed()} may be used from any thread; all else belongs to the
 * manager's loop. The leader builds each transaction on the speculative result of the one before
 * and does not wait for commits; when leadership is lost, the uncommitted tail is dropped.
 */
public final class Store implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Store.class);
  private static final String UNKNOWN_FATE =
      "leadership was lost before the change was confirmed;"
          + " read the state again before you repeat it";

  private final Loop loop;
  private final Log log;
  private final ChangeFeed feed = new ChangeFeed();
  private final ArrayDeque<Pending> inFlight = new ArrayDeque<>();
  private final List<Consumer<Commit>> listeners = new ArrayList<>();
  private final List<Leadership> followers = new ArrayList<>();

  /** Of what the log has told, that which the loop has not come to yet. */
  private final AtomicInteger waiting = new AtomicInteger();

  private volatile View committed = View.EMPTY;
  private volatile @Nullable UnavailableException failure;
  private View head = View.EMPTY;
  private long newestTerm; // of the log, as far as it was applied
  private long ledTerm; // in which this manager leads or last led
  private boolean leading;

  public Store(Loop loop, Log log) {
    this.loop = loop;
    this.log = log;
  }

  /** Told when this manager begins and ceases to lead; called on the loop. */
  public interface Leadership {
    void gained();

    void lost();
  }

  /** Registers for leadership; before {@link #open()}. */
  public void onLeadership(Leadership listener) {
    followers.add(listener);
  }

  /** Registers for commits, in order, on the loop; before {@link #open()}. */
  public void onCommit(Consumer<Commit> listener) {
    listeners.add(listener);
  }

  /** Reads what the log holds and starts to follow it. */
  public void open() {
    log.open(new LoopReplica());
  }

  /** The newest committed state. Any thread. */
  public View view() {
    return committed;
  }

  /** Why the log goes on no more, and the state with it. Any thread. */
  public Optional<UnavailableException> failure() {
    return Optional.ofNullable(failure);
  }

  /** Committed changes, for watchers. Any thread. */
  public ChangeFeed feed() {
    return feed;
  }

  /** Whether this manager leads. Loop only. */
  public boolean isLeading() {
    return leading;
  }

  /** The newest term that is known, the own one while this manager leads. Loop only. */
  public long term() {
    return newestTerm;
  }

  /** Proposals whose fate is not known yet. Loop only. */
  public int inFlight() {
    return inFlight.size();
  }

  /** Starts a transaction on the newest state, committed or not. Loop only. */
  public StoreTransaction begin() {
    return new StoreTransaction(head, loop.now(), log.fullEntrySize(head));
  }

  /**
   * Proposes what {@code tx} changed. Loop only.
   *
   * @return completes on the loop once it is committed; fails with {@link UnavailableException} if
   *     leadership was lost
   */
  public CompletionStage<Void> commit(StoreTransaction tx) {
    if (!leading) {
      return CompletableFuture.failedFuture(notLeading());
    }
    if (tx.size() == 0) {
      return inFlight.isEmpty() ? CompletableFuture.completedFuture(null) : inFlight.getLast().done;
    }
    List<Change> changes = tx.netChanges();
    View result = tx.result();
    LogEntry entry = tx.toEntry(ledTerm, changes);
    Pending pending = new Pending(entry, changes, result, new CompletableFuture<>());
    inFlight.add(pending);
    head = result;
    propose(entry)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                onLoop(() -> refused(pending, failure));
              }
            });
    return pending.done;
  }

  private CompletionStage<Void> propose(LogEntry entry) {
    try {
      return log.propose(entry);
    } catch (RuntimeException fault) {
      return CompletableFuture.failedFuture(fault);
    }
  }

  private void refused(Pending pending, Throwable failure) {
    if (inFlight.contains(pending)) {
      LOG.warn("revision {} was not committed", pending.entry.revision(), failure);
      List<Pending> tail = dropTail();
      tail.forEach(
          dropped ->
              dropped.done.completeExceptionally(new UnavailableException(UNKNOWN_FATE, failure)));
      if (leading) {
        stepDown();
      }
    }
  }

  private List<Pending> dropTail() {
    List<Pending> tail = new ArrayList<>(inFlight);
    inFlight.clear();
    head = committed;
    return tail;
  }

  private void loseLeadership() {
    if (leading) {
      List<Pending> tail = dropTail();
      tail.forEach(
          dropped -> dropped.done.completeExceptionally(new UnavailableException(UNKNOWN_FATE)));
      stepDown();
    }
  }

  private void stepDown() {
    leading = false;
    followers.forEach(Leadership::lost);
  }

  private static UnavailableException notLeading() {
    return new UnavailableException("this manager does not lead the swarm; ask the leader");
  }

  private void apply(LogEntry entry) {
    if (entry.term() < newestTerm) {
      refuse(entry);
      return;
    }
    newestTerm = entry.term();
    Pending first = inFlight.peek();
    if (first != null
        && first.entry.revision() == entry.revision()
        && first.entry.term() == entry.term()) {
      inFlight.remove();
      publish(commit(entry, first.changes, first.result));
      first.done.complete(null);
      return;
    }
    if (entry.revision() != committed.revision() + 1) {
      refuse(entry);
      return;
    }
    StoreTransaction tx = new StoreTransaction(committed, entry.at(), Integer.MAX_VALUE);
    tx.replay(entry);
    View result = tx.result();
    head = result;
    publish(commit(entry, tx.netChanges(), result));
  }

  private Commit commit(LogEntry entry, List<Change> changes, View result) {
    return new Commit(entry.revision(), entry.at(), entry.requests(), changes, committed, result);
  }

  private void refuse(LogEntry entry) {
    LOG.info(
        "entry refused: revision={} term={}, expected revision={} term>={}",
        entry.revision(),
        entry.term(),
        committed.revision() + 1,
        newestTerm);
  }

  private void publish(Commit commit) {
    committed = commit.after();
    feed.publish(commit);
    for (Consumer<Commit> listener : listeners) {
      try {
        listener.accept(commit);
      } catch (RuntimeException fault) {
        LOG.error("a listener failed on revision {}", commit.revision(), fault);
      }
    }
  }

  /** Runs what a log tells, in the order in which it is told: at once, or after what waits. */
  private void inOrder(Runnable told) {
    if (loop.isCurrent() && waiting.get() == 0) {
      told.run();
      return;
    }
    waiting.incrementAndGet();
    loop.execute(
        () -> {
          waiting.decrementAndGet();
          told.run();
        });
  }

  private void onLoop(Runnable task) {
    if (loop.isCurrent()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  @Override
  public void close() {
    log.close();
    feed.close();
  }

  private record Pending(
      LogEntry entry, List<Change> changes, View result, CompletableFuture<@Nullable Void> done) {}

  /** Brings the log's calls onto the loop, in order. */
  private final class LoopReplica implements Log.Replica {

    @Override
    public void restore(View state) {
      inOrder(
          () -> {
            committed = state;
            head = state;
            feed.restart(state.revision());
          });
    }

    @Override
    public void committed(LogEntry entry) {
      inOrder(() -> apply(entry));
    }

    @Override
    public void termBegan(long term) {
      inOrder(() -> newestTerm = Math.max(newestTerm, term));
    }

    @Override
    public void leadershipGained(long newTerm) {
      inOrder(
          () -> {
            loseLeadership();
            newestTerm = Math.max(newestTerm, newTerm);
            ledTerm = newTerm;
            leading = true;
            followers.forEach(Leadership::gained);
          });
    }

    @Override
    public void leadershipLost() {
      inOrder(Store.this::loseLeadership);
    }

    @Override
    public void failed(UnavailableException why) {
      failure = why;
    }

    @Override
    public View state() {
      return committed;
    }
  }
}
