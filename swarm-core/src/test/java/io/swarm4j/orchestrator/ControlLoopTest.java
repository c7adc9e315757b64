package io.swarm4j.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Change;
import io.swarm4j.store.Store;
import io.swarm4j.store.Transaction;
import io.swarm4j.testing.HeldLog;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ControlLoopTest {
  private final VirtualTime time = new VirtualTime(1);
  private final Loop loop = time.newLoop("manager");
  private final HeldLog log = new HeldLog(100);
  private final Store store = new Store(loop, log);
  private final Ids ids = new Ids(time.newChance());
  private final Recorder first = new Recorder();
  private final Recorder second = new Recorder();
  private final ControlLoop control =
      new ControlLoop(store, loop, time.newChance(), List.of(first, second));

  ControlLoopTest() {
    store.open();
    time.settle();
  }

  @Test
  void aRequestIsAnsweredOnceItIsCommitted() {
    log.hold();
    CompletableFuture<Service> created = submit(tx -> newService(tx, "web"));
    assertThat(created).isNotDone();

    log.release();
    time.settle();

    assertThat(created.join()).isEqualTo(store.view().serviceNamed("web"));
  }

  @Test
  void aRequestSeesWhatEarlierOnesWroteThoughNothingIsCommittedYet() {
    log.hold();
    submit(tx -> newService(tx, "web"));

    CompletableFuture<Boolean> there = submit(tx -> tx.serviceNamed("web") != null);

    assertThat(store.view().services()).isEmpty();
    assertThat(there).as("an answer never precedes what it is based on").isNotDone();
    log.release();
    time.settle();
    assertThat(there).isCompletedWithValue(true);
  }

  @Test
  void aFailingRequestLeavesNoTraceWhileItsNeighboursCommit() {
    CompletableFuture<Service> before = later(tx -> newService(tx, "before"));
    CompletableFuture<Service> failing =
        later(
            tx -> {
              newService(tx, "half");
              throw new ConflictException("no");
            });
    CompletableFuture<Service> broken =
        later(
            tx -> {
              newService(tx, "broken");
              throw new AssertionError("a fault of the request");
            });
    CompletableFuture<Service> after = later(tx -> newService(tx, "after"));
    time.settle();

    assertThat(before).isCompleted();
    assertThat(after).isCompleted();
    assertThatThrownBy(failing::join).hasCauseInstanceOf(ConflictException.class);
    assertThat(broken).isCompletedExceptionally();
    assertThat(store.view().services())
        .extracting(Service::name)
        .containsExactlyInAnyOrder("before", "after");
    assertThat(log.committed()).as("one turn, one entry").hasSize(1);
    assertThat(first.changes).hasSize(2);
  }

  @Test
  void requestsThatArriveWhileTheLogIsBusyAreCoalesced() {
    log.hold();
    for (int i = 0; i < 16; i++) {
      String name = "early" + i;
      submit(tx -> newService(tx, name));
    }
    for (int i = 0; i < 50; i++) {
      String name = "late" + i;
      submit(tx -> newService(tx, name));
    }
    assertThat(log.waiting()).isEqualTo(16);

    log.release();
    time.settle();

    assertThat(store.view().services()).hasSize(66);
    assertThat(log.committed()).hasSize(17);
  }

  @Test
  void aFullEntryEndsTheTurn() {
    for (int i = 0; i < 250; i++) {
      String name = "service" + i;
      later(tx -> newService(tx, name));
    }
    time.settle();

    assertThat(log.committed()).hasSize(3).allMatch(entry -> entry.size() <= 100);
    assertThat(store.view().services()).hasSize(250);
  }

  @Test
  void everyComponentSeesEveryChangeOnceWhoeverMadeIt() {
    second.onChange =
        (tx, change) -> {
          if (change.after() instanceof Service service && service.spec().labels().isEmpty()) {
            tx.put(
                service.withNewSpec(
                    service.spec().withLabels(Map.of("seen", "yes")), 5, java.util.Set.of()));
          }
        };

    submit(tx -> newService(tx, "web"));

    assertThat(first.changes).hasSize(2).isEqualTo(second.changes);
    assertThat(log.committed()).as("all in one entry").hasSize(1);
    assertThat(store.view().serviceNamed("web").spec().labels()).containsKey("seen");
  }

  @Test
  void aComponentThatThrowsCostsTheTurnAndAllStartAfresh() {
    second.onChange =
        (tx, change) -> {
          throw new StackOverflowError("an error is no different from an exception");
        };
    CompletableFuture<Service> lost = submit(tx -> newService(tx, "lost"));
    second.onChange = null;

    assertThatThrownBy(lost::join).hasCauseInstanceOf(UnavailableException.class);
    assertThat(store.view().services()).isEmpty();
    assertThat(first.ends).isEqualTo(1);

    CompletableFuture<Service> next = submit(tx -> newService(tx, "next"));
    assertThat(next).isNotDone();
    time.advance(Duration.ofSeconds(1));
    assertThat(next).isCompleted();
    assertThat(first.begins).isEqualTo(2);
    assertThat(second.begins).isEqualTo(2);
  }

  @Test
  void componentsStartAfreshEvenIfTheLogWasBusyWhenTheyHadTo() {
    log.hold();
    for (int i = 0; i < 15; i++) {
      String name = "service" + i;
      submit(tx -> newService(tx, name));
    }
    second.onChange =
        (tx, change) -> {
          throw new IllegalStateException("a fault of the component");
        };
    submit(tx -> newService(tx, "lost"));
    second.onChange = null;
    loop.execute(() -> store.commit(withService(store.begin())));
    time.advance(Duration.ofSeconds(5));
    assertThat(first.begins).isEqualTo(1);

    log.release();
    time.settle();

    assertThat(first.begins).isEqualTo(2);
  }

  private io.swarm4j.store.StoreTransaction withService(io.swarm4j.store.StoreTransaction tx) {
    newService(tx, "direct");
    return tx;
  }

  @Test
  void againGivesOneMoreTurn() {
    int[] turns = {0};
    first.onTurn =
        () -> {
          if (++turns[0] < 5) {
            first.control.again();
          }
        };

    submit(tx -> newService(tx, "web"));

    assertThat(turns[0]).isBetween(5, 6);
    assertThat(log.committed()).as("turns without a change write nothing").hasSize(1);
  }

  @Test
  void laterWorkRunsInATurnOfItsOwnUnlessLeadershipEnds() {
    submit(tx -> 1);
    List<String> done = new ArrayList<>();
    first.control.after(Duration.ofSeconds(5), tx -> done.add("kept"));
    first.control.after(Duration.ofSeconds(5), tx -> done.add("cancelled")).cancel();
    time.advance(Duration.ofSeconds(5));
    assertThat(done).containsExactly("kept");

    first.control.after(Duration.ofSeconds(5), tx -> done.add("of the old leadership"));
    log.loseLeadership();
    log.gainLeadership();
    time.advance(Duration.ofSeconds(5));
    assertThat(done).containsExactly("kept");
  }

  @Test
  void withoutLeadershipRequestsAreRefused() {
    log.loseLeadership();
    time.settle();

    assertThatThrownBy(submit(tx -> 1)::join)
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("this manager does not lead the swarm; ask the leader");
    assertThat(first.ends).isEqualTo(1);
  }

  @Test
  void onceClosedRequestsAreRefusedThoughTheLoopIsGone() {
    loop.execute(control::close);
    time.settle();
    loop.close();

    CompletableFuture<Integer> refused = control.submit(tx -> 1).toCompletableFuture();

    assertThatThrownBy(refused::join).hasMessageContaining("the swarm is closed");
    assertThat(first.ends).isEqualTo(1);
  }

  /** Submits and lets everything happen. */
  private <T> CompletableFuture<T> submit(java.util.function.Function<Transaction, T> request) {
    CompletableFuture<T> result = later(request);
    time.settle();
    return result;
  }

  private <T> CompletableFuture<T> later(java.util.function.Function<Transaction, T> request) {
    return control.submit(request).toCompletableFuture();
  }

  private Service newService(Transaction tx, String name) {
    ServiceId id = ids.service();
    return tx.put(Service.create(id, ServiceSpec.of(name, "nginx")));
  }

  /** Notes all that it is told. */
  private static final class Recorder implements Reconciler {
    private final List<Change> changes = new ArrayList<>();
    private @Nullable BiConsumer<Transaction, Change> onChange;
    private @Nullable Runnable onTurn;
    private Control control;
    private int begins;
    private int ends;

    @Override
    public void begin(Control newControl, Transaction tx) {
      control = newControl;
      begins++;
    }

    @Override
    public void reconcile(List<Change> news, Transaction tx) {
      if (onTurn != null) {
        onTurn.run();
      }
      changes.addAll(news);
      if (onChange != null) {
        news.forEach(change -> onChange.accept(tx, change));
      }
    }

    @Override
    public void end() {
      ends++;
    }
  }
}
