package io.swarm4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Meta;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.testing.HeldLog;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ChangeFeedTest {
  private final VirtualTime time = new VirtualTime(1);
  private final Loop loop = time.newLoop("manager");
  private final HeldLog log = new HeldLog(1_000_000);
  private final Store store = new Store(loop, log);
  private final Ids ids = new Ids(Chance.seeded(1));
  private final Seen seen = new Seen();

  ChangeFeedTest() {
    store.open();
    time.settle();
  }

  @Test
  void aWatcherSeesEachChangeAfterItsRevisionOnceAndInOrder() throws Exception {
    commit(1);
    commit(1);
    View view = store.view();
    commit(1);

    store.feed().watch(view.revision(), change -> true, Runnable::run, seen);
    commit(2);

    assertThat(seen.revisions).containsExactly(3L, 4L);
    assertThat(seen.changes).hasSize(3);
  }

  @Test
  void onlyWantedChangesAreToldAndNeverNone() {
    NodeId nobody = ids.node();
    store.feed().watch(0, change -> change.id().equals(nobody), Runnable::run, seen);
    commit(3);
    assertThat(seen.revisions).isEmpty();

    Service[] made = new Service[1];
    store.feed().watch(1, change -> change.id().equals(made[0].id()), Runnable::run, seen);
    StoreTransaction tx = store.begin();
    made[0] = tx.put(Service.create(ids.service(), ServiceSpec.of("wanted", "nginx")));
    tx.put(Service.create(ids.service(), ServiceSpec.of("unwanted", "nginx")));
    loop.execute(() -> store.commit(tx));
    time.settle();
    assertThat(seen.changes).extracting(Change::after).containsExactly(made[0]);
  }

  @Test
  void aSlowWatcherHoldsUpNobodyAndCatchesUpLater() {
    ArrayDeque<Runnable> later = new ArrayDeque<>();
    Seen slow = new Seen();
    store.feed().watch(0, change -> true, later::add, slow);
    store.feed().watch(0, change -> true, Runnable::run, seen);

    for (int i = 0; i < 3_000; i++) {
      commit(1);
    }

    assertThat(seen.revisions).hasSize(3_000);
    assertThat(slow.revisions).isEmpty();
    assertThat(later).as("it costs one waiting task, however far behind it is").hasSize(1);
    later.remove().run();
    assertThat(slow.revisions).isEqualTo(seen.revisions);
  }

  @Test
  void aWatcherThatFellOutOfTheRingIsToldOnceAndCanNotResumeThere() {
    ArrayDeque<Runnable> later = new ArrayDeque<>();
    store.feed().watch(0, change -> true, later::add, seen);
    for (int i = 0; i < 12; i++) {
      commit(10_000);
    }

    later.remove().run();
    commit(1);

    assertThat(seen.lost).containsExactly(0L);
    assertThat(seen.revisions).isEmpty();
    assertThat(later).isEmpty();
    assertThatThrownBy(() -> store.feed().watch(0, change -> true, Runnable::run, seen))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("changes after revision 0 are no longer kept");
  }

  @Test
  void largePayloadsAreKeptForFewerChanges() {
    store.feed().watch(0, change -> true, Runnable::run, seen);
    Payload large = new Payload(new byte[1_000_000]);

    for (int i = 0; i < 80; i++) {
      String name = "c" + i;
      loop.execute(
          () -> {
            StoreTransaction tx = store.begin();
            ConfigSpec spec = new ConfigSpec(name, Map.of(), large, false);
            tx.put(new Config(ids.config(), Meta.NEW, spec, 1));
            store.commit(tx);
          });
      time.settle();
    }

    assertThat(seen.revisions).hasSize(80);
    assertThatThrownBy(() -> store.feed().watch(0, change -> true, Runnable::run, new Seen()))
        .isInstanceOf(ConflictException.class);
    store.feed().watch(40, change -> true, Runnable::run, new Seen());
  }

  @Test
  void aWatcherOfAStateThatWasReplacedIsToldAtOnce() {
    commit(1);
    store.feed().watch(1, change -> true, Runnable::run, seen);

    store.feed().restart(500);

    assertThat(seen.lost).containsExactly(1L);
  }

  @Test
  void aClosedWatchIsCalledNoMoreNotEvenWithWhatWaits() throws Exception {
    ArrayDeque<Runnable> later = new ArrayDeque<>();
    AutoCloseable watch = store.feed().watch(0, change -> true, later::add, seen);
    commit(1);

    watch.close();
    later.forEach(Runnable::run);
    commit(1);

    assertThat(seen.revisions).isEmpty();
  }

  @Test
  void aWatcherMayCloseItselfInTheMiddle() throws Exception {
    AutoCloseable[] watch = new AutoCloseable[1];
    ArrayDeque<Runnable> later = new ArrayDeque<>();
    Seen once =
        new Seen() {
          @Override
          public void changed(Commit commit, List<Change> changes) {
            super.changed(commit, changes);
            close(watch[0]);
          }
        };
    watch[0] = store.feed().watch(0, change -> true, later::add, once);
    commit(1);
    commit(1);

    later.remove().run();

    assertThat(once.revisions).containsExactly(1L);
  }

  @Test
  void aWatcherThatThrowsGoesOnWithTheNextChange() {
    Seen failing =
        new Seen() {
          @Override
          public void changed(Commit commit, List<Change> changes) {
            super.changed(commit, changes);
            throw new IllegalStateException("listener");
          }
        };
    store.feed().watch(0, change -> true, Runnable::run, failing);
    store
        .feed()
        .watch(
            0,
            change -> {
              if (change.latest().meta().version() == 1) {
                throw new IllegalStateException("filter");
              }
              return true;
            },
            Runnable::run,
            seen);

    commit(1);
    commit(1);

    assertThat(failing.revisions).containsExactly(1L, 2L);
    assertThat(seen.revisions).containsExactly(2L);
  }

  @Test
  void aWatchersExecutorThatWasShutDownHarmsNobody() {
    Executor shutDown =
        task -> {
          throw new RejectedExecutionException("shut down");
        };
    store.feed().watch(0, change -> true, shutDown, new Seen());
    store.feed().watch(0, change -> true, Runnable::run, seen);

    assertThat(commit(1)).isTrue();

    assertThat(seen.revisions).containsExactly(1L);
  }

  /** Commits that many new services; returns whether the commit was confirmed. */
  private boolean commit(int services) {
    boolean[] done = new boolean[1];
    loop.execute(
        () -> {
          StoreTransaction tx = store.begin();
          for (int i = 0; i < services; i++) {
            tx.put(Service.create(ids.service(), SPEC));
          }
          store.commit(tx).thenRun(() -> done[0] = true);
        });
    time.settle();
    return done[0];
  }

  private static final ServiceSpec SPEC = ServiceSpec.of("web", "nginx");

  private static void close(AutoCloseable watch) {
    try {
      watch.close();
    } catch (Exception fault) {
      throw new IllegalStateException(fault);
    }
  }

  private static class Seen implements ChangeFeed.Listener {
    final List<Long> revisions = new ArrayList<>();
    final List<Change> changes = new ArrayList<>();
    final List<Long> lost = new ArrayList<>();

    @Override
    public void changed(Commit commit, List<Change> news) {
      revisions.add(commit.revision());
      changes.addAll(news);
    }

    @Override
    public void lost(long revision) {
      lost.add(revision);
    }
  }
}
