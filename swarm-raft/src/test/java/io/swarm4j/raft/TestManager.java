package io.swarm4j.raft;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A manager's log and its copy of the state, without the manager. */
final class TestManager implements Log.Replica, AutoCloseable {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final RaftLog log;
  private View state = View.EMPTY;
  private long term;
  private long newestTerm;
  private boolean leading;
  private int restored;
  private int lost;

  TestManager(RaftOptions options) {
    log = new RaftLog(options);
  }

  TestManager open() {
    log.open(this);
    return this;
  }

  String id() {
    return log.id();
  }

  /** Proposes a service of that name on the newest state. */
  CompletionStage<Void> write(String name) {
    return log.propose(entry(name));
  }

  /** What {@link #write} proposes, under the newest leadership that this manager had. */
  synchronized LogEntry entry(String name) {
    StoreTransaction tx = new StoreTransaction(state, NOW, Integer.MAX_VALUE);
    Service service =
        tx.put(Service.create(new ServiceId(1, name.hashCode()), ServiceSpec.of(name, "image")));
    return new LogEntry(term, tx.revision(), NOW, List.of(service), List.of());
  }

  void writeAndAwait(String name) throws Exception {
    write(name)
        .toCompletableFuture()
        .get(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
  }

  @Override
  public synchronized void restore(View view) {
    state = view;
    restored++;
    notifyAll();
  }

  @Override
  public synchronized void committed(LogEntry entry) {
    StoreTransaction tx = new StoreTransaction(state, entry.at(), Integer.MAX_VALUE);
    entry.puts().forEach(tx::put);
    state = tx.result();
    notifyAll();
  }

  @Override
  public synchronized void termBegan(long newTerm) {
    newestTerm = newTerm;
    notifyAll();
  }

  @Override
  public synchronized void leadershipGained(long newTerm) {
    term = newTerm;
    leading = true;
    notifyAll();
  }

  @Override
  public synchronized void leadershipLost() {
    leading = false;
    lost++;
    notifyAll();
  }

  @Override
  public synchronized View state() {
    return state;
  }

  synchronized boolean leads() {
    return leading;
  }

  synchronized long term() {
    return term;
  }

  synchronized long newestTerm() {
    return newestTerm;
  }

  synchronized int restored() {
    return restored;
  }

  synchronized int lost() {
    return lost;
  }

  boolean has(String service) {
    return state().serviceNamed(service) != null;
  }

  /** Waits for something to become true of this manager. */
  synchronized void await(String what, Predicate<TestManager> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.test(this)) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError(id() + ": " + what + " did not happen in " + PATIENCE);
      }
      wait(Math.min(left, 50)); // some conditions are not of the replica, and nobody notifies then
    }
  }

  @Override
  public void close() {
    log.close();
  }
}
