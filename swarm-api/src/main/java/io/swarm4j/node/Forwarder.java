package io.swarm4j.node;

import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.event.AuditReport;
import io.swarm4j.internal.ProcessHost;
import io.swarm4j.model.Node;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeProtocol.WriteOutcome;
import io.swarm4j.node.NodeProtocol.WriteRequest;
import io.swarm4j.store.Change;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Requests on a manager that does not lead: each is run on this manager's copy of the state, and
 * the leader commits what it did. A request that the newest state refuses is refused; one that only
 * an old state refuses is run again, unless the log shows by its number that it was carried out. A
 * manager that comes to lead meanwhile runs by itself what it has not heard of.
 */
final class Forwarder implements ProcessHost.Elsewhere {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** How often to look whether the copy has caught up. */
  private static final Duration CATCH_UP = Duration.ofMillis(2);

  private final Manager manager;
  private final CarriedOut carriedOut;
  private final LeaderCalls calls;
  private final LeaderStreams streams;
  private final AuditCalls audits;
  private final Chance chance; // of the manager's loop
  private final Set<Attempt<?>> open = new LinkedHashSet<>(); // of the manager's loop

  /**
   * Forwards for a manager.
   *
   * @param chance source of numbers that no other manager uses
   */
  Forwarder(
      Manager manager,
      CarriedOut carriedOut,
      LeaderCalls calls,
      LeaderStreams streams,
      AuditCalls audits,
      Chance chance) {
    this.manager = manager;
    this.carriedOut = carriedOut;
    this.calls = calls;
    this.chance = chance;
    this.streams = streams;
    this.audits = audits;
  }

  @Override
  public NodeStreams streams() {
    return streams;
  }

  @Override
  public CompletionStage<AuditReport> auditReport(Collection<Node> managers, Duration limit) {
    return audits.ask(managers, limit);
  }

  @Override
  public void close() {
    streams.close();
  }

  @Override
  public <T> CompletionStage<T> submit(Function<Transaction, T> request) {
    Attempt<T> attempt = new Attempt<>(request, manager.loop().now().plus(LIMIT));
    manager.loop().execute(attempt::begin);
    return attempt.result;
  }

  /** This manager leads now: what others committed before it has seen. On the manager's loop. */
  void leads() {
    List.copyOf(open).forEach(attempt -> attempt.run(0));
  }

  /** One request on its way. On the manager's loop. */
  private final class Attempt<T> {
    private final Function<Transaction, T> request;
    private final Instant deadline;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private long sent;
    private int tries;
    private CompletableFuture<?> call = CompletableFuture.completedFuture(null);
    private Runnable whenDone = () -> {};

    Attempt(Function<Transaction, T> request, Instant deadline) {
      this.request = request;
      this.deadline = deadline;
    }

    private void begin() {
      open.add(this);
      result.whenComplete((value, failure) -> manager.loop().execute(this::settle));
      run(0);
    }

    /** What becomes of it does not depend on who leads any more. */
    private void settle() {
      open.remove(this);
    }

    /** Runs the request; a refusal counts if the state has reached {@code current}, above 0. */
    private void run(long current) {
      tries++;
      call.cancel(false);
      if (sent != 0 && carriedOut.forget(sent)) {
        whenDone.run();
        return;
      }
      if (manager.isLeading()) {
        settle();
        manager
            .control()
            .submit(request)
            .whenComplete(
                (value, failure) -> {
                  if (failure != null) {
                    result.completeExceptionally(failure);
                  } else {
                    result.complete(value);
                  }
                });
        return;
      }
      if (manager.loop().now().isAfter(deadline)) {
        fail(
            new UnavailableException(
                "others have changed the swarm too often within "
                    + LIMIT
                    + " for a change by way of this manager; try again, or ask the one that leads"));
        return;
      }
      UnavailableException broken = manager.store().failure().orElse(null);
      if (broken != null) {
        result.completeExceptionally(
            new UnavailableException(String.valueOf(broken.getMessage()), broken));
        return;
      }
      View view = manager.store().view();
      StoreTransaction tx = new StoreTransaction(view, manager.loop().now(), Integer.MAX_VALUE);
      T value;
      try {
        value = request.apply(tx);
      } catch (RuntimeException refused) {
        if (current > 0) {
          result.completeExceptionally(refused);
        } else {
          Runnable again = unlessRunAgain(() -> run(view.revision()));
          send(write(view, tx, List.of(), 0), again, again);
        }
        return;
      }
      List<Change> changes = tx.netChanges();
      if (changes.isEmpty()) {
        result.complete(value);
      } else {
        sent = chance.nextLong();
        whenDone = () -> result.complete(asStored(value));
        carriedOut.expect(sent);
        send(write(view, tx, changes, sent), whenDone, () -> result.complete(value));
      }
    }

    /**
     * Asks the leader to commit.
     *
     * @param whenCommitted once this manager's copy shows it
     * @param unseen if the copy does not show in time what the leader has confirmed
     */
    private void send(WriteRequest write, Runnable whenCommitted, Runnable unseen) {
      int present = tries;
      CompletionStage<WriteOutcome> asked =
          calls.call(NodeProtocol.WRITE, write, Duration.between(manager.loop().now(), deadline));
      call = asked.toCompletableFuture();
      asked.whenComplete(
          (outcome, failure) ->
              manager
                  .loop()
                  .execute(
                      () -> {
                        if (present != tries) {
                          return; // it was run again since
                        }
                        if (failure != null) {
                          fail(Statuses.unwrap(failure));
                        } else {
                          heard(outcome, whenCommitted, unseen);
                        }
                      }));
    }

    private Runnable unlessRunAgain(Runnable next) {
      int present = tries;
      return () -> {
        if (present == tries) {
          next.run();
        }
      };
    }

    /** The answer did not come, which is no failure if the log has shown the commit. */
    private void fail(Throwable reason) {
      if (carriedOut.forget(sent)) {
        whenDone.run();
      } else {
        result.completeExceptionally(reason);
      }
    }

    private void heard(WriteOutcome outcome, Runnable whenCommitted, Runnable unseen) {
      Long committed = outcome.committed();
      if (committed != null) {
        carriedOut.forget(sent);
        settle();
        whenAt(committed, whenCommitted, unseen);
      } else {
        long newest = Math.max(1, outcome.newest());
        whenAt(
            newest,
            unlessRunAgain(() -> run(newest)),
            unlessRunAgain(
                () ->
                    fail(
                        new UnavailableException(
                            "this manager has not caught up with the leader within " + LIMIT))));
      }
    }

    private void whenAt(long revision, Runnable next, Runnable late) {
      if (manager.store().view().revision() >= revision || manager.isLeading()) {
        next.run();
      } else if (manager.loop().now().isAfter(deadline)) {
        late.run();
      } else {
        manager.loop().schedule(CATCH_UP, () -> whenAt(revision, next, late));
      }
    }
  }

  /**
   * What the leader is asked to commit.
   *
   * @param base the state that {@code tx} began on
   * @param changes what the request did in it
   */
  static WriteRequest write(View base, StoreTransaction tx, List<Change> changes, long number) {
    List<Change> puts = changes.stream().filter(change -> change.after() != null).toList();
    List<Change> deletes = changes.stream().filter(change -> change.after() == null).toList();
    LogEntry entry =
        new LogEntry(
            0,
            tx.revision(),
            tx.now(),
            puts.stream().map(Change::after).map(Objects::requireNonNull).toList(),
            deletes.stream().map(Change::id).toList());
    List<Long> versions =
        Stream.concat(puts.stream(), deletes.stream())
            .map(change -> ForwardedWrites.version(change.before()))
            .toList();
    return new WriteRequest(base.revision(), entry, versions, number);
  }

  /** An object as it is stored, with the version that the leader gave it. */
  @SuppressWarnings("unchecked") // the same id leads to an object of the same type
  private <T> T asStored(T value) {
    if (value instanceof StoreObject object) {
      StoreObject stored = manager.store().view().object(object.id());
      return stored == null ? value : (T) stored;
    }
    return value;
  }
}
