package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A service as stored: its spec, the specs it had before, and what the swarm gave it.
 *
 * @param id its identity
 * @param meta version and times
 * @param spec the spec in force
 * @param specVersion version of that spec; starts at 1 and rises by one with each change
 * @param history earlier specs, newest first, bounded but never without one that a task still runs
 * @param previousVersion version that a rollback returns to; 0 if there is none
 * @param endpoint addresses and ports
 * @param updateStatus the roll-out in progress or the last one; null if there was none
 * @param job progress of a job; null for other modes
 * @param removed when it was removed; its record stays, unlisted and nameless, until its last task
 *     is gone
 * @param rollouts what became of its updates and rollbacks, newest first, at most {@value
 *     #MOST_ROLLOUTS}
 */
@RecordBuilder
public record Service(
    ServiceId id,
    Meta meta,
    ServiceSpec spec,
    long specVersion,
    List<SpecRevision> history,
    long previousVersion,
    Endpoint endpoint,
    @Nullable UpdateStatus updateStatus,
    @Nullable JobStatus job,
    @Nullable Instant removed,
    List<RolloutRecord> rollouts)
    implements StoreObject, ServiceBuilder.With {

  /** How many roll-outs are remembered. */
  public static final int MOST_ROLLOUTS = 10;

  public Service {
    meta = Copies.or(meta, Meta.NEW);
    history = Copies.list(history);
    endpoint = Copies.or(endpoint, Endpoint.NONE);
    rollouts = Copies.list(rollouts);
  }

  @Override
  public Service withMeta(Meta newMeta) {
    return new Service(
        id,
        newMeta,
        spec,
        specVersion,
        history,
        previousVersion,
        endpoint,
        updateStatus,
        job,
        removed,
        rollouts);
  }

  /** A service that was just asked for. */
  public static Service create(ServiceId id, ServiceSpec spec) {
    return ServiceBuilder.builder().id(id).spec(spec).specVersion(1).build();
  }

  /** Its name. */
  public String name() {
    return spec.name();
  }

  /** Whether it was removed and only waits for its last tasks to end. */
  public boolean isRemoved() {
    return removed != null;
  }

  /** The spec of a version, null if it is no longer kept. */
  public @Nullable ServiceSpec specAt(long version) {
    if (version == specVersion) {
      return spec;
    }
    for (SpecRevision revision : history) {
      if (revision.version() == version) {
        return revision.spec();
      }
    }
    return null;
  }

  /** The spec that a rollback returns to, null if there is none. */
  public @Nullable ServiceSpec previousSpec() {
    return previousVersion == 0 ? null : specAt(previousVersion);
  }

  /**
   * The service under a new spec.
   *
   * @param keep how many earlier specs are kept at the least
   * @param inUse versions that tasks still refer to
   */
  public Service withNewSpec(ServiceSpec newSpec, int keep, Set<Long> inUse) {
    List<SpecRevision> earlier = new ArrayList<>();
    earlier.add(new SpecRevision(specVersion, spec));
    for (SpecRevision revision : history) {
      if (earlier.size() < keep || inUse.contains(revision.version())) {
        earlier.add(revision);
      }
    }
    return with()
        .spec(newSpec)
        .specVersion(specVersion + 1)
        .history(earlier)
        .previousVersion(specVersion)
        .build();
  }

  /**
   * This service, holding the specs of an earlier state of it where they are equal to its own: a
   * replica, which reads both from a log, keeps each spec once.
   */
  public Service sharingSpecsOf(Service earlier) {
    List<SpecRevision> shared = new ArrayList<>(history.size());
    for (SpecRevision revision : history) {
      shared.add(new SpecRevision(revision.version(), earlier.same(revision)));
    }
    return with().spec(earlier.same(new SpecRevision(specVersion, spec))).history(shared).build();
  }

  private ServiceSpec same(SpecRevision other) {
    ServiceSpec own = specAt(other.version());
    return own != null && own.equals(other.spec()) ? own : other.spec();
  }

  /** A spec that was in force once. */
  public record SpecRevision(long version, ServiceSpec spec) {}
}
