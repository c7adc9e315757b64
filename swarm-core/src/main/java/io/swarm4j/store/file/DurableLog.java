package io.swarm4j.store.file;

import io.swarm4j.model.StoreObject;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.State;
import io.swarm4j.store.View;
import io.swarm4j.store.codec.RecordCodec;
import io.swarm4j.time.Time;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
 * The log of a single manager that survives a restart: entries in a checksummed file, compacted by
 * snapshots.
 *
 * <p>An entry counts as committed when it is on disk; entries that queue up while the disk is busy
 * share one write. It leads from the moment it is open. Thread-safe.
 */
public final class DurableLog implements Log {
  private static final Logger LOG = LoggerFactory.getLogger(DurableLog.class);
  private static final int FULL_ENTRY = 4096;

  /** Written since the last snapshot, in bytes, from which the next one is due. */
  private static final long SNAPSHOT_AFTER = 32L << 20;

  private final Path directory;
  private final OpenOptions options;
  private final Time time;
  private final long snapshotAfter;
  private final RecordCodec codec = RecordCodec.create();
  private final AtomicBoolean snapshotting = new AtomicBoolean();
  private final ThreadFactory snapshotThreads;
  private @Nullable LogFile file;
  private @Nullable Replica replica;
  private long indexAhead;
  private long term;
  private long unsnapshotted;

  /**
   * Describes the log of a directory; nothing is touched before {@link #open}.
   *
   * @param directory made if it is not there
   */
  public DurableLog(Path directory, OpenOptions options, Time time) {
    this(directory, options, time, SNAPSHOT_AFTER);
  }

  DurableLog(Path directory, OpenOptions options, Time time, long snapshotAfter) {
    this.snapshotAfter = snapshotAfter;
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
    byte[] bytes = codec.encode(LogEntry.class, entry);
    return open.append(entry.term(), bytes)
        .thenAccept(
            index -> {
              target.committed(entry);
              unsnapshotted += bytes.length;
              if (unsnapshotted > snapshotAfter) {
                snapshotLater(open, target);
              }
            });
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
      open.snapshot(view.revision() + indexAhead, term, out -> write(view, out));
    } catch (RuntimeException failed) {
      LOG.warn("no snapshot was taken; the log in {} grows until one succeeds", directory, failed);
    } finally {
      snapshotting.set(false);
    }
  }

  private void write(View view, OutputStream raw) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(raw, 1 << 16));
    out.writeLong(view.revision());
    for (StoreObject object : view.objects()) {
      byte[] bytes = codec.encode(StoreObject.class, object);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
    out.writeInt(-1);
    out.flush();
  }

  private View read(InputStream raw) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(raw, 1 << 16));
    long revision = in.readLong();
    List<StoreObject> objects = new ArrayList<>();
    for (int length = in.readInt(); length >= 0; length = in.readInt()) {
      objects.add(codec.decode(StoreObject.class, in.readNBytes(length)));
    }
    return View.of(revision, objects);
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

  /** Collects what the file holds. */
  private final class Loader implements Replay {
    private View state = View.EMPTY;
    private final List<LogEntry> entries = new ArrayList<>();
    private long lastTerm;

    @Override
    public void snapshot(long index, long snapshotTerm, InputStream image) throws IOException {
      state = read(image);
      lastTerm = snapshotTerm;
    }

    @Override
    public void record(long index, long entryTerm, ByteBuffer payload) {
      LogEntry entry = codec.decode(LogEntry.class, payload);
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
