package io.swarm4j.store.file;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.State;
import io.swarm4j.store.View;
import io.swarm4j.store.codec.RecordCodec;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.Seal;
import io.swarm4j.store.seal.SealedState;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a single manager that survives a restart: entries in a checksummed file, encrypted,
 * compacted by snapshots.
 *
 * <p>An entry counts as committed when it is on disk; entries that queue up while the disk is busy
 * share one write. It leads from the moment it is open. Thread-safe.
 */
public final class DurableLog implements Log {
  private static final Logger LOG = LoggerFactory.getLogger(DurableLog.class);
  private static final int FULL_ENTRY = 4096;

  /** What entries are sealed with, so that nothing else passes for one. */
  private static final byte[] ENTRY = {'E'};

  /** Written since the last snapshot, in bytes, from which the next one is due. */
  private static final long SNAPSHOT_AFTER = 32L << 20;

  private final Path directory;
  private final OpenOptions options;
  private final @Nullable UnlockKey unlockKey;
  private final Time time;
  private final long snapshotAfter;
  private final RecordCodec codec = RecordCodec.create();
  private final AtomicBoolean snapshotting = new AtomicBoolean();
  private final ThreadFactory snapshotThreads;
  private @Nullable Keys keys;
  private @Nullable LogFile file;
  private @Nullable Replica replica;
  private long indexAhead;
  private long term;
  private long unsnapshotted;

  /**
   * Describes the log of a directory; nothing is touched before {@link #open}.
   *
   * @param directory made if it is not there
   * @param unlockKey opens the data keys that are kept in the directory; null if they are not
   *     locked
   */
  public DurableLog(Path directory, OpenOptions options, @Nullable UnlockKey unlockKey, Time time) {
    this(directory, options, unlockKey, time, SNAPSHOT_AFTER);
  }

  DurableLog(
      Path directory,
      OpenOptions options,
      @Nullable UnlockKey unlockKey,
      Time time,
      long snapshotAfter) {
    this.snapshotAfter = snapshotAfter;
    this.unlockKey = unlockKey;
    this.directory = directory;
    this.options = options;
    this.time = time;
    this.snapshotThreads = time.newThreads("swarm-snapshot");
  }

  /** Whether a directory holds such a log. */
  public static boolean isIn(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      return !FileNames.segments(names).isEmpty() || !FileNames.snapshots(names).isEmpty();
    } catch (NoSuchFileException none) {
      return false;
    } catch (IOException failed) {
      throw new StorageException(directory + " can not be read: " + failed, failed);
    }
  }

  @Override
  public void open(Replica newReplica) {
    Loader loader = new Loader();
    LogFile opened = LogFile.open(directory, options, time.newThreads("swarm-log"), loader);
    newReplica.restore(loader.state);
    loader.entries.forEach(newReplica::committed);
    Opened found = opened.opened();
    indexAhead = found.lastIndex() - loader.lastRevision();
    term = Math.max(found.lastTerm(), loader.lastTerm) + 1;
    file = opened;
    replica = newReplica;
    keys().forgetWhatIsNotNeeded();
    newReplica.leadershipGained(term);
  }

  @Override
  public CompletionStage<Void> propose(LogEntry entry) {
    LogFile open = file;
    Replica target = replica;
    if (open == null || target == null) {
      return CompletableFuture.failedFuture(
          new UnavailableException("the log in " + directory + " is not open"));
    }
    byte[] bytes = keys().seal.seal(codec.encode(LogEntry.class, entry), ENTRY);
    CompletableFuture<Long> written = new CompletableFuture<>();
    // Before the record is handed over: else the caller's thread might overtake the writer's.
    CompletionStage<Void> committed =
        written.thenAccept(
            index -> {
              target.committed(entry);
              unsnapshotted += bytes.length;
              if (unsnapshotted > snapshotAfter) {
                snapshotLater(open, target);
              }
            });
    open.append(entry.term(), bytes, written);
    return committed;
  }

  private void snapshotLater(LogFile open, Replica source) {
    if (snapshotting.compareAndSet(false, true)) {
      unsnapshotted = 0;
      snapshotThreads.newThread(() -> snapshot(open, source)).start();
    }
  }

  private void snapshot(LogFile open, Replica source) {
    try {
      View view = source.state();
      open.snapshot(view.revision() + indexAhead, term, out -> keys().format.write(view, out));
    } catch (RuntimeException failed) {
      LOG.warn("no snapshot was taken; the log in {} grows until one succeeds", directory, failed);
    } finally {
      snapshotting.set(false);
    }
  }

  /**
   * Encrypts with a new key from now on, and the whole state with it soon. Older keys are forgotten
   * when the log is opened next and no longer holds anything that needs them.
   */
  public void rotateKeys() {
    LogFile open = file;
    Replica source = replica;
    if (open == null || source == null) {
      throw new UnavailableException("the log in " + directory + " is not open");
    }
    keys().rotate();
    snapshotLater(open, source);
  }

  @Override
  public int fullEntrySize(State head) {
    return FULL_ENTRY;
  }

  @Override
  public void close() {
    LogFile open = file;
    if (open != null) {
      open.close();
    }
  }

  /** Opened when first needed: whoever reads the file has the directory for itself. */
  private synchronized Keys keys() {
    Keys present = keys;
    if (present == null) {
      present = new Keys(KeyVault.openOrCreate(directory, unlockKey));
      keys = present;
    }
    return present;
  }

  /** What the log is encrypted with. */
  private static final class Keys {
    private final KeyVault vault;
    private final Seal seal;
    private final SealedState format;

    Keys(KeyVault vault) {
      this.vault = vault;
      this.seal = new Seal(vault.ring(), Chance.secure());
      this.format = new SealedState(seal);
    }

    void rotate() {
      vault.store(vault.ring().withNewKey(Chance.secure()));
      seal.use(vault.ring());
    }

    /** All that the log holds has been decrypted by now. */
    void forgetWhatIsNotNeeded() {
      vault.store(vault.ring().from(seal.oldestOpened()));
      seal.use(vault.ring());
    }
  }

  /** Collects what the file holds. */
  private final class Loader implements Replay {
    private View state = View.EMPTY;
    private final List<LogEntry> entries = new ArrayList<>();
    private long lastTerm;

    @Override
    public void snapshot(long index, long snapshotTerm, InputStream image) throws IOException {
      state = keys().format.read(image);
      lastTerm = snapshotTerm;
    }

    @Override
    public void record(long index, long entryTerm, ByteBuffer payload) {
      LogEntry entry =
          codec.decode(LogEntry.class, ByteBuffer.wrap(keys().seal.open(payload, ENTRY)));
      if (entry.revision() != lastRevision() + 1) {
        throw new CorruptDataException(
            "The log in "
                + directory
                + " goes from revision "
                + lastRevision()
                + " to "
                + entry.revision()
                + " at record "
                + index
                + "; restore the directory from a backup");
      }
      entries.add(entry);
      lastTerm = entryTerm;
    }

    private long lastRevision() {
      return entries.isEmpty() ? state.revision() : entries.get(entries.size() - 1).revision();
    }
  }
}
