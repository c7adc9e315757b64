package io.swarm4j.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The swarm itself as stored; there is exactly one.
 *
 * @param id its identity
 * @param meta version and times
 * @param spec settings that hold for the whole swarm
 * @param authority who vouches for its nodes; null for a swarm that lives in one JVM
 * @param unlockKey what managers that are started again ask for; null while they ask for nothing
 * @param longerBeatsUntil until when a node that is out of reach may still go by a longer heartbeat
 *     period than that of the spec; null if that was never cut
 * @param overlayKeys what encrypts overlays, the newest last; empty while none asks for it
 */
public record Cluster(
    ClusterId id,
    Meta meta,
    ClusterSpec spec,
    @Nullable Authority authority,
    @Nullable Payload unlockKey,
    @Nullable Instant longerBeatsUntil,
    List<OverlayKey> overlayKeys)
    implements StoreObject {

  public Cluster {
    overlayKeys = Copies.list(overlayKeys);
  }

  /** A swarm without an authority. */
  public Cluster(ClusterId id, Meta meta, ClusterSpec spec) {
    this(id, meta, spec, null, null);
  }

  /** A swarm whose heartbeat period was never cut. */
  public Cluster(
      ClusterId id,
      Meta meta,
      ClusterSpec spec,
      @Nullable Authority authority,
      @Nullable Payload unlockKey) {
    this(id, meta, spec, authority, unlockKey, null, List.of());
  }

  @Override
  public Cluster withMeta(Meta newMeta) {
    return new Cluster(id, newMeta, spec, authority, unlockKey, longerBeatsUntil, overlayKeys);
  }

  /** The same with other settings. */
  public Cluster withSpec(ClusterSpec newSpec) {
    return new Cluster(id, meta, newSpec, authority, unlockKey, longerBeatsUntil, overlayKeys);
  }

  /** The same with another authority, or another state of it. */
  public Cluster withAuthority(@Nullable Authority newAuthority) {
    return new Cluster(id, meta, spec, newAuthority, unlockKey, longerBeatsUntil, overlayKeys);
  }

  /** The same with another unlock key, or none. */
  public Cluster withUnlockKey(@Nullable Payload newKey) {
    return new Cluster(id, meta, spec, authority, newKey, longerBeatsUntil, overlayKeys);
  }

  /** The same whose nodes may go by a longer heartbeat period for a while. */
  public Cluster withLongerBeatsUntil(Instant end) {
    return new Cluster(id, meta, spec, authority, unlockKey, end, overlayKeys);
  }

  /** The same with other keys for overlays. */
  public Cluster withOverlayKeys(List<OverlayKey> newKeys) {
    return new Cluster(id, meta, spec, authority, unlockKey, longerBeatsUntil, newKeys);
  }
}
