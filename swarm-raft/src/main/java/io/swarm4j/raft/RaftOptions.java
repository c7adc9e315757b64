package io.swarm4j.raft;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.Check;
import io.swarm4j.model.Fault;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.time.Time;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link RaftLog} is made of.
 *
 * @param id identity of this manager, for good; it says nothing about its address. A manager that
 *     was removed never comes back under the same identity
 * @param group identity of the group of managers; all members have the same. A directory that
 *     belongs to another group is refused
 * @param directory where entries and snapshots are kept; made if it is not there
 * @param founders identities of the managers that make up a new group, this one included; empty for
 *     a manager that waits until a leader {@linkplain RaftLog#add adds} it. Without meaning once
 *     the directory holds a log
 * @param transport how managers reach each other
 * @param timing when elections begin
 * @param keys what entries and snapshots are encrypted with; all members have the same keys
 * @param missingKeys asked for the keys of a manager that is up to date when something is encrypted
 *     under a key that this manager does not know; may block. Null if nobody can be asked
 * @param snapshotAfter bytes of entries from which the next snapshot is due; more if the last
 *     snapshot was larger
 * @param time source of threads and chance; real time only
 */
@RecordBuilder
public record RaftOptions(
    String id,
    UUID group,
    Path directory,
    List<String> founders,
    RaftTransport transport,
    RaftTiming timing,
    KeyVault keys,
    @Nullable Supplier<KeyRing> missingKeys,
    long snapshotAfter,
    Time time)
    implements RaftOptionsBuilder.With {

  /** Default of {@link #snapshotAfter}: 32 MiB. */
  public static final long SNAPSHOT_AFTER = 32L << 20;

  @Override
  public RaftOptions withMissingKeys(@Nullable Supplier<KeyRing> source) {
    return RaftOptionsBuilder.builder(this).missingKeys(source).build();
  }

  public RaftOptions {
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(transport, "transport");
    Objects.requireNonNull(timing, "timing");
    Objects.requireNonNull(keys, "keys");
    Objects.requireNonNull(time, "time");
    founders = founders == null ? List.of() : List.copyOf(founders);
    snapshotAfter = snapshotAfter == 0 ? SNAPSHOT_AFTER : snapshotAfter;
    Check.of("RaftOptions")
        .that(
            id.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,62}"), Fault.Code.INVALID, "id", id, "a node id")
        .that(
            founders.isEmpty() || founders.contains(id),
            "founders",
            founders,
            "none, or " + id + " among them")
        .that(snapshotAfter > 0, "snapshotAfter", snapshotAfter, "1 or more")
        .orThrow();
  }
}
