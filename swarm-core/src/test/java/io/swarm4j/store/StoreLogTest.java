package io.swarm4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.HeldLog;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a store makes of what its log tells it. */
class StoreLogTest {
  private final VirtualTime time = new VirtualTime(1);
  private final Loop loop = time.newLoop("manager");
  private final Ids ids = new Ids(Chance.seeded(1));
  private final List<String> leadership = new ArrayList<>();

  @Test
  void proposalsArePipelinedOnTheSpeculativeState() {
    HeldLog log = new HeldLog(100);
    Store store = open(log);
    log.hold();

    CompletableFuture<Void> first = commit(store, "first");
    CompletableFuture<Void> second = commit(store, "second");
    assertThat(store.inFlight()).isEqualTo(2);
    assertThat(store.view().revision()).isZero();
    log.release();
    time.settle();

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(log.committed()).extracting(LogEntry::revision).containsExactly(1L, 2L);
    assertThat(store.view().services()).hasSize(2);
  }

  @Test
  void theUncommittedTailIsDroppedWithLeadership() {
    HeldLog log = new HeldLog(100);
    Store store = open(log);
    commit(store, "kept");
    log.hold();
    CompletableFuture<Void> first = commit(store, "first");
    CompletableFuture<Void> second = commit(store, "second");

    log.loseLeadership();
    time.settle();

    assertThat(first).isCompletedExceptionally();
    assertThat(second).isCompletedExceptionally();
    log.gainLeadership();
    time.settle();
    log.release();
    assertThat(commit(store, "next")).isCompleted();
    assertThat(store.view().services())
        .extracting(Service::name)
        .containsExactlyInAnyOrder("kept", "next");
    assertThat(leadership).containsExactly("gained", "lost", "gained");
  }

  @Test
  void anEntryOfAnOlderTermOrOutOfOrderIsRefused() {
    FreeLog log = new FreeLog();
    Store store = open(log);
    log.replica.committed(entry(2, 1, "first"));
    log.replica.committed(entry(1, 2, "stale"));
    log.replica.committed(entry(2, 1, "twice"));
    log.replica.committed(entry(2, 3, "gap"));
    log.replica.committed(entry(3, 2, "second"));
    time.settle();

    assertThat(store.view().services())
        .extracting(Service::name)
        .containsExactlyInAnyOrder("first", "second");
    assertThat(store.view().revision()).isEqualTo(2);
  }

  @Test
  void whatIsToldOnTheLoopDoesNotOvertakeWhatWasToldBefore() {
    FreeLog log = new FreeLog();
    Store store = open(log);
    LogEntry second = entry(1, 2, "second");
    loop.execute(() -> log.replica.committed(second));

    log.replica.committed(entry(1, 1, "first")); // the loop comes to it later
    time.settle();

    assertThat(store.view().services())
        .extracting(Service::name)
        .containsExactlyInAnyOrder("first", "second");
  }

  @Test
  void aFollowerGoesOnFromASnapshot() {
    StoreTransaction tx = new StoreTransaction(View.EMPTY, Instant.EPOCH, 100);
    tx.put(Service.create(ids.service(), ServiceSpec.of("old", "nginx")));
    FreeLog log = new FreeLog();
    Store store = open(log);

    log.replica.restore(tx.result());
    log.replica.committed(entry(1, 2, "new"));
    time.settle();

    assertThat(store.view().services()).hasSize(2);
  }

  @Test
  void aReplicaKeepsEachSpecOfAServiceOnceHoweverManyEntriesRepeatIt() {
    FreeLog log = new FreeLog();
    Store store = open(log);
    ServiceId id = ids.service();
    Service first = Service.create(id, ServiceSpec.of("web", "nginx:1"));
    log.replica.committed(put(1, first));
    ServiceSpec before = service(store, id).spec();

    Service read = Service.create(id, ServiceSpec.of("web", "nginx:1"));
    log.replica.committed(put(2, read.withNewSpec(ServiceSpec.of("web", "nginx:2"), 5, Set.of())));

    assertThat(service(store, id).spec()).isEqualTo(ServiceSpec.of("web", "nginx:2"));
    assertThat(service(store, id).previousSpec()).isSameAs(before);
  }

  private Service service(Store store, ServiceId id) {
    time.settle();
    return store.view().service(id);
  }

  private static LogEntry put(long revision, Service service) {
    return new LogEntry(1, revision, Instant.EPOCH, List.of(service), List.of());
  }

  @Test
  void aNewTermEndsTheOldLeadershipFirst() {
    FreeLog log = new FreeLog();
    Store store = open(log);
    log.replica.leadershipGained(1);
    time.settle();
    CompletableFuture<Void> lost = commit(store, "lost");

    log.replica.leadershipGained(2);
    time.settle();

    assertThat(lost).isCompletedExceptionally();
    assertThat(leadership).containsExactly("gained", "lost", "gained");
    assertThat(store.inFlight()).isZero();
  }

  @Test
  void aStaleEntryIsRefusedByFollowersThatHaveNotSeenAnyOfTheNewTermYet() {
    FreeLog log = new FreeLog();
    Store store = open(log);
    log.replica.committed(entry(1, 1, "old"));

    log.replica.termBegan(2);
    log.replica.committed(entry(1, 2, "stale"));
    log.replica.committed(entry(2, 2, "new"));
    time.settle();

    assertThat(store.view().services()).extracting(Service::name).containsOnly("old", "new");
  }

  @Test
  void aLeaderThatWasReplacedRefusesItsOwnStaleEntryAsAllOthersDo() {
    FreeLog log = new FreeLog();
    Store store = open(log);
    log.replica.leadershipGained(1);
    time.settle();
    commit(store, "mine");

    log.replica.termBegan(2);
    log.replica.committed(log.proposed.get(0));
    log.replica.committed(entry(2, 1, "new-leader"));
    log.replica.leadershipLost();
    time.settle();

    assertThat(store.view().services()).extracting(Service::name).containsOnly("new-leader");
  }

  @Test
  void aLogThatRefusesAProposalEndsLeadership() {
    FreeLog log = new FreeLog();
    Store store = open(log);
    log.replica.leadershipGained(1);
    time.settle();
    CompletableFuture<Void> first = commit(store, "first");
    CompletableFuture<Void> second = commit(store, "second");

    log.proposals.get(0).completeExceptionally(new UnavailableException("disk full"));
    time.settle();

    assertThat(first).isCompletedExceptionally();
    assertThat(second).as("it was built on the first").isCompletedExceptionally();
    assertThat(store.isLeading()).isFalse();
  }

  @Test
  void aLogThatThrowsIsALogThatRefuses() {
    FreeLog log = new FreeLog();
    Store store = open(log);
    log.replica.leadershipGained(1);
    time.settle();
    log.fault = new IllegalStateException("too large");

    assertThat(commit(store, "first")).isCompletedExceptionally();
    assertThat(store.isLeading()).isFalse();
  }

  @Test
  void aListenerThatThrowsHarmsNeitherTheCommitNorTheOthers() {
    HeldLog log = new HeldLog(100);
    Store store = new Store(loop, log);
    List<Long> heard = new ArrayList<>();
    store.onCommit(
        commit -> {
          throw new IllegalStateException("a fault of the listener");
        });
    store.onCommit(commit -> heard.add(commit.revision()));
    store.open();
    time.settle();

    assertThat(commit(store, "web")).isCompleted();
    assertThat(heard).containsExactly(1L);
  }

  @Test
  void aManagerThatJoinsHasWhatWasCommittedBefore() {
    List<MemoryLog> logs = MemoryLog.group(2);
    Store first = open(logs.get(0));
    commit(first, "before");
    Store second = open(logs.get(1));
    commit(first, "after");

    assertThat(second.view().services()).isEqualTo(first.view().services()).hasSize(2);
    assertThat(second.isLeading()).isFalse();
    first.close();
    time.settle();
    assertThat(second.isLeading()).isTrue();
    assertThat(commit(second, "own")).isCompleted();
    assertThat(commit(first, "late")).isCompletedExceptionally();
  }

  private Store open(Log log) {
    Store store = new Store(loop, log);
    store.onLeadership(
        new Store.Leadership() {
          @Override
          public void gained() {
            leadership.add("gained");
          }

          @Override
          public void lost() {
            leadership.add("lost");
          }
        });
    store.open();
    time.settle();
    return store;
  }

  private CompletableFuture<Void> commit(Store store, String name) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    loop.execute(
        () -> {
          StoreTransaction tx = store.begin();
          tx.put(Service.create(ids.service(), ServiceSpec.of(name, "nginx")));
          store
              .commit(tx)
              .whenComplete(
                  (done, failure) -> {
                    if (failure == null) {
                      result.complete(null);
                    } else {
                      result.completeExceptionally(failure);
                    }
                  });
        });
    time.settle();
    return result;
  }

  private LogEntry entry(long term, long revision, String name) {
    Service service = Service.create(ids.service(), ServiceSpec.of(name, "nginx"));
    return new LogEntry(term, revision, Instant.EPOCH, List.of(service), List.of());
  }

  /** A log that does nothing of itself. */
  private static final class FreeLog implements Log {
    private final List<CompletableFuture<Void>> proposals = new ArrayList<>();
    private final List<LogEntry> proposed = new ArrayList<>();
    private Replica replica;
    private RuntimeException fault;

    @Override
    public void open(Replica newReplica) {
      replica = newReplica;
    }

    @Override
    public CompletionStage<Void> propose(LogEntry entry) {
      if (fault != null) {
        throw fault;
      }
      CompletableFuture<Void> done = new CompletableFuture<>();
      proposals.add(done);
      proposed.add(entry);
      return done;
    }

    @Override
    public int fullEntrySize(State head) {
      return 100;
    }

    @Override
    public void close() {}
  }
}
