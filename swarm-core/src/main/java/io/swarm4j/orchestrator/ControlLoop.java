package io.swarm4j.orchestrator;

import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Change;
import io.swarm4j.store.Store;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's one loop: it takes requests in, lets every {@link Reconciler} follow up, and
 * proposes the result as one entry of the log; then the next turn begins.
 *
 * <p>A turn starts as soon as there is something to do; what arrives during a turn waits for the
 * next one, so that load is batched and a lone request is never delayed. A request that fails
 * leaves no trace. A reconciler that throws costs the turn: its writes are dropped and all
 * reconcilers start afresh from the committed state.
 */
public final class ControlLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);

  /** Proposals under way from which the next turn waits; what arrives meanwhile is coalesced. */
  private static final int MOST_IN_FLIGHT = 16;

  /** Rounds of follow-ups in one turn; more than that are left to the next. */
  private static final int MOST_ROUNDS = 64;

  private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);

  private final Store store;
  private final Loop loop;
  private final Chance chance;
  private final Ids ids;
  private final List<Stage> stages = new ArrayList<>();
  private final ArrayDeque<Request<?>> requests = new ArrayDeque<>();
  private final ArrayDeque<Duty> duties = new ArrayDeque<>();
  private long leadership;
  private boolean leading;
  private boolean turnPlanned;
  private boolean again;
  private volatile boolean closed;
  private boolean begun;
  private boolean suspended;

  /**
   * Makes the loop; it starts to turn when {@code store} is opened and this manager leads.
   *
   * @param reconcilers in the order in which they follow up
   */
  public ControlLoop(Store store, Loop loop, Chance chance, List<Reconciler> reconcilers) {
    this.store = store;
    this.loop = loop;
    this.chance = chance;
    this.ids = new Ids(chance);
    reconcilers.forEach(reconciler -> stages.add(new Stage(reconciler)));
    store.onLeadership(new LeadershipHandler());
  }

  /**
   * Hands in a request. Any thread.
   *
   * @param request reads and writes the transaction; what it throws fails the stage, and nothing of
   *     it is kept
   * @return completes on the loop once what was written is committed
   */
  public <T> CompletionStage<T> submit(Function<Transaction, T> request) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable enqueue =
        () -> {
          if (closed) {
            result.completeExceptionally(new UnavailableException("the swarm is closed"));
          } else if (!leading) {
            result.completeExceptionally(
                new UnavailableException("this manager does not lead the swarm; ask the leader"));
          } else {
            requests.add(new Request<>(request, result));
            planTurn();
          }
        };
    if (closed || loop.isCurrent()) { // once closed, the loop may take no more work
      enqueue.run();
    } else {
      loop.execute(enqueue);
    }
    return result;
  }

  /**
   * Hands in a write of the engine's own, which does not fail. Loop only.
   *
   * @return completes once it is committed; fails if this manager does not lead
   */
  public CompletionStage<@Nullable Void> offer(Consumer<Transaction> duty) {
    if (!leading || closed) {
      return CompletableFuture.failedFuture(
          new UnavailableException("this manager does not lead the swarm; ask the leader"));
    }
    Duty accepted = new Duty(duty, new CompletableFuture<>());
    duties.add(accepted);
    planTurn();
    return accepted.done;
  }

  /** Whether this manager leads. Loop only. */
  public boolean isLeading() {
    return leading;
  }

  /** New ids; for requests, on the loop. */
  public Ids ids() {
    return ids;
  }

  private void planTurn() {
    if (!turnPlanned) {
      turnPlanned = true;
      loop.execute(this::turn);
    }
  }

  private void turn() {
    turnPlanned = false;
    if (!leading || closed || suspended) {
      return;
    }
    if (store.inFlight() >= MOST_IN_FLIGHT) {
      return; // the next commit plans a turn
    }
    again = false;
    StoreTransaction tx = store.begin();
    List<Outcome> taken = new ArrayList<>();
    try {
      beginIfNew(tx);
      takeRequests(tx, taken);
      takeDuties(tx, taken);
      followUp(tx);
    } catch (RuntimeException | Error fault) {
      abandon(taken, fault);
      return;
    }
    commit(tx, taken);
    if (leading && hasWork()) {
      planTurn();
    }
  }

  private void takeRequests(StoreTransaction tx, List<Outcome> taken) {
    for (Request<?> request = requests.poll(); request != null; request = requests.poll()) {
      if (request.run(tx)) {
        taken.add(request);
      }
      if (tx.isFull()) {
        return;
      }
    }
  }

  private void takeDuties(StoreTransaction tx, List<Outcome> taken) {
    while (!duties.isEmpty() && !tx.isFull()) {
      Duty duty = duties.remove();
      taken.add(duty);
      duty.action.accept(tx);
    }
  }

  /** Lets each stage see what it has not seen, until nobody writes any more. */
  private void followUp(StoreTransaction tx) {
    int read = 0;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      boolean any = false;
      for (Stage stage : stages) {
        read = distribute(tx, read);
        any |= stage.step(tx, round == 0);
      }
      read = distribute(tx, read);
      if (!any) {
        return;
      }
      if (tx.isFull()) {
        again = true;
        return;
      }
    }
    again = true;
  }

  private int distribute(StoreTransaction tx, int read) {
    List<Change> journal = tx.journal();
    if (read < journal.size()) {
      List<Change> news = List.copyOf(journal.subList(read, journal.size()));
      stages.forEach(stage -> stage.unread.add(news));
    }
    return journal.size();
  }

  private void commit(StoreTransaction tx, List<Outcome> taken) {
    store
        .commit(tx)
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                taken.forEach(Outcome::succeed);
              } else {
                taken.forEach(outcome -> outcome.fail(failure));
              }
              if (leading && !turnPlanned && hasWork()) {
                planTurn();
              }
            });
  }

  private boolean hasWork() {
    return !begun
        || again
        || !requests.isEmpty()
        || !duties.isEmpty()
        || stages.stream().anyMatch(Stage::isBehind);
  }

  private void abandon(List<Outcome> taken, Throwable fault) {
    LOG.error(
        "a turn of the control loop failed; its writes are dropped and all components start afresh",
        fault);
    SwarmException report =
        new UnavailableException("the engine failed to follow up on the request", fault);
    taken.forEach(outcome -> outcome.fail(report));
    endAll();
    suspended = true;
    long present = leadership;
    loop.schedule(
        RESTART_PAUSE,
        () -> {
          if (leadership == present) {
            suspended = false;
            planTurn();
          }
        });
  }

  private void beginIfNew(StoreTransaction tx) {
    if (!begun) {
      begun = true;
      LeaderControl control = new LeaderControl(leadership);
      for (Stage stage : stages) {
        stage.reconciler.begin(control, tx);
      }
    }
  }

  private void endAll() {
    leadership++;
    again = false;
    UnavailableException over = new UnavailableException("this manager no longer leads the swarm");
    duties.forEach(duty -> duty.fail(over));
    duties.clear();
    for (Stage stage : stages) {
      stage.unread.clear();
      if (begun) {
        stage.reconciler.end();
      }
    }
    begun = false;
  }

  /** Ends all components; requests that wait are refused. Loop only. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (leading) {
        leading = false;
        endAll();
      }
      refuseWaiting("the swarm is closed");
    }
  }

  private void refuseWaiting(String why) {
    requests.forEach(request -> request.fail(new UnavailableException(why)));
    requests.clear();
  }

  private final class LeadershipHandler implements Store.Leadership {
    @Override
    public void gained() {
      if (!closed) {
        leading = true;
        suspended = false;
        planTurn();
      }
    }

    @Override
    public void lost() {
      if (leading) {
        leading = false;
        endAll();
        refuseWaiting("this manager no longer leads the swarm");
      }
    }
  }

  /** Who waits for the end of a turn. */
  private interface Outcome {
    void succeed();

    void fail(Throwable failure);
  }

  private record Duty(Consumer<Transaction> action, CompletableFuture<@Nullable Void> done)
      implements Outcome {
    @Override
    public void succeed() {
      done.complete(null);
    }

    @Override
    public void fail(Throwable failure) {
      done.completeExceptionally(failure);
    }
  }

  private static final class Request<T> implements Outcome {
    private final Function<Transaction, T> action;
    private final CompletableFuture<T> result;

    @SuppressWarnings("NullAway.Init") // set by run before succeed is called
    private T value;

    Request(Function<Transaction, T> action, CompletableFuture<T> result) {
      this.action = action;
      this.result = result;
    }

    boolean run(StoreTransaction tx) {
      StoreTransaction.Savepoint savepoint = tx.savepoint();
      try {
        value = action.apply(tx);
        return true;
      } catch (RuntimeException | Error refused) {
        tx.rollback(savepoint);
        result.completeExceptionally(refused);
        return false;
      }
    }

    @Override
    public void succeed() {
      result.complete(value);
    }

    @Override
    public void fail(Throwable failure) {
      result.completeExceptionally(failure);
    }
  }

  /** A reconciler and what it has not seen yet. */
  private static final class Stage {
    private final Reconciler reconciler;
    private final List<List<Change>> unread = new ArrayList<>();

    Stage(Reconciler reconciler) {
      this.reconciler = reconciler;
    }

    boolean isBehind() {
      return !unread.isEmpty();
    }

    boolean step(StoreTransaction tx, boolean firstRound) {
      if (unread.isEmpty() && !firstRound) {
        return false;
      }
      List<Change> changes = drain();
      int before = tx.size();
      reconciler.reconcile(changes, tx);
      return !changes.isEmpty() || tx.size() > before;
    }

    private List<Change> drain() {
      if (unread.size() <= 1) {
        List<Change> only = unread.isEmpty() ? List.of() : unread.get(0);
        unread.clear();
        return only;
      }
      List<Change> all = new ArrayList<>();
      unread.forEach(all::addAll);
      unread.clear();
      return all;
    }
  }

  private final class LeaderControl implements Control {
    private final long epoch;

    LeaderControl(long epoch) {
      this.epoch = epoch;
    }

    @Override
    public Instant now() {
      return loop.now();
    }

    @Override
    public Ids ids() {
      return ids;
    }

    @Override
    public Chance chance() {
      return chance;
    }

    @Override
    public void again() {
      again = true;
    }

    @Override
    public Timer after(Duration delay, Consumer<Transaction> work) {
      return loop.schedule(
          delay,
          () -> {
            if (leading && leadership == epoch) {
              offer(work);
            }
          });
    }

    @Override
    public CompletionStage<@Nullable Void> committed() {
      return leadership == epoch
          ? offer(tx -> {})
          : CompletableFuture.failedFuture(
              new UnavailableException("this manager no longer leads the swarm"));
    }
  }
}
