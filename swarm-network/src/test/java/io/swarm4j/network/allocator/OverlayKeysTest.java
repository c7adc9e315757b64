package io.swarm4j.network.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.OverlayKey;
import io.swarm4j.orchestrator.ControlLoop;
import io.swarm4j.store.MemoryLog;
import io.swarm4j.store.Store;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A leader that makes keys, and nothing else. */
class OverlayKeysTest {
  private final VirtualTime time = new VirtualTime(1);
  private final List<MemoryLog> logs = MemoryLog.group(2);
  private final Ids ids = new Ids(Chance.seeded(1));
  private Store store;
  private ControlLoop control;

  private void lead(int manager) {
    Loop loop = time.newLoop("manager-" + manager);
    store = new Store(loop, logs.get(manager));
    control =
        new ControlLoop(
            store, loop, Chance.seeded(2), List.of(new OverlayKeys(Chance.seeded(manager))));
    store.open();
    time.settle();
  }

  private void network(boolean encrypted) {
    NetworkSpec spec =
        NetworkSpecBuilder.builder().name("net" + encrypted).encrypted(encrypted).build();
    control.submit(tx -> tx.put(Network.create(ids.network(), spec)));
    time.settle();
  }

  private List<OverlayKey> keys() {
    return store.view().cluster().overlayKeys();
  }

  private List<Integer> numbers() {
    return keys().stream().map(OverlayKey::number).toList();
  }

  @Test
  void thereIsNoKeyBeforeANetworkAsksForOne() {
    lead(0);
    network(false);
    time.advance(OverlayKeys.PERIOD.multipliedBy(2));
    assertThat(keys()).isEmpty();
    network(true);
    assertThat(numbers()).containsExactly(1);
    assertThat(OverlayKeys.encrypting(keys()).number()).isEqualTo(1);
  }

  @Test
  void aNewKeyIsKnownForAPeriodBeforeItEncryptsAndTheOldestGoes() {
    lead(0);
    network(true);
    time.advance(OverlayKeys.PERIOD);
    assertThat(numbers()).containsExactly(1, 2);
    assertThat(OverlayKeys.encrypting(keys()).number()).isEqualTo(1);
    time.advance(OverlayKeys.PERIOD.multipliedBy(2));
    assertThat(numbers()).containsExactly(2, 3, 4);
    assertThat(OverlayKeys.encrypting(keys()).number()).isEqualTo(3);
    assertThat(keys()).extracting(OverlayKey::secret).doesNotHaveDuplicates();
    assertThat(keys().get(0).secret().size()).isEqualTo(32);
  }

  @Test
  void anotherLeaderGoesOnWhereTheLastOneEnded() {
    lead(0);
    network(true);
    Store first = store;
    time.advance(OverlayKeys.PERIOD.minus(Duration.ofHours(1)));
    lead(1);
    first.close();
    time.settle();
    assertThat(numbers()).containsExactly(1);
    time.advance(Duration.ofHours(1));
    assertThat(numbers()).containsExactly(1, 2);
  }
}
