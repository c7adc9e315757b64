package io.swarm4j.network.allocator;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.Network;
import io.swarm4j.model.OverlayKey;
import io.swarm4j.model.Payload;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Timer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the keys of encrypted overlays, and a new one every twelve hours. Three are kept: the last
 * but one encrypts, so that all nodes know a key before the first uses it, and all of them decrypt.
 */
public final class OverlayKeys implements Reconciler {
  /** How long a key is the newest. */
  static final Duration PERIOD = Duration.ofHours(12);

  private static final int KEPT = 3;
  private static final int LONGS = 4;

  private final Chance secure;
  private @Nullable Control control;
  private @Nullable Timer next;

  /**
   * Makes none yet.
   *
   * @param secure where keys come from
   */
  public OverlayKeys(Chance secure) {
    this.secure = secure;
  }

  /** The key that encrypts; null if there is none. */
  public static @Nullable OverlayKey encrypting(List<OverlayKey> keys) {
    return keys.isEmpty() ? null : keys.get(Math.max(0, keys.size() - 2));
  }

  @Override
  public void begin(Control leader, Transaction tx) {
    control = leader;
    rotate(tx);
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    if (next == null && changes.stream().anyMatch(each -> each.after() instanceof Network)) {
      rotate(tx);
    }
  }

  private void rotate(Transaction tx) {
    next = null;
    Control leader = control;
    if (leader == null || !isAskedFor(tx)) {
      return;
    }
    Cluster cluster = tx.cluster();
    List<OverlayKey> keys = new ArrayList<>(cluster.overlayKeys());
    Instant now = leader.now();
    if (keys.isEmpty() || !due(keys).isAfter(now)) {
      int number = keys.isEmpty() ? 1 : keys.get(keys.size() - 1).number() + 1;
      keys.add(new OverlayKey(number, newSecret(), now));
      tx.put(cluster.withOverlayKeys(keys.subList(Math.max(0, keys.size() - KEPT), keys.size())));
    }
    next = leader.after(Duration.between(now, due(keys)), this::rotate);
  }

  private static Instant due(List<OverlayKey> keys) {
    return keys.get(keys.size() - 1).madeAt().plus(PERIOD);
  }

  private static boolean isAskedFor(State state) {
    return state.networks().stream().anyMatch(network -> network.spec().encrypted());
  }

  private Payload newSecret() {
    ByteBuffer bytes = ByteBuffer.allocate(LONGS * Long.BYTES);
    for (int i = 0; i < LONGS; i++) {
      bytes.putLong(secure.nextLong());
    }
    return new Payload(bytes.array());
  }

  @Override
  public void end() {
    control = null;
    if (next != null) {
      next.cancel();
      next = null;
    }
  }
}
