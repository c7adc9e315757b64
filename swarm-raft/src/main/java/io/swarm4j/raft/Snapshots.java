package io.swarm4j.raft;

import io.swarm4j.store.Log.Replica;
import io.swarm4j.store.View;
import io.swarm4j.store.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadFactory;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of the state, written on a thread of their own while entries go on to be applied.
 *
 * <p>The state is a value that never changes, so that writing it holds up nobody. The store's loop
 * may lag behind what the log has applied; a snapshot is therefore labelled with the last entry
 * whose revision its state has reached. Entries behind that label that are part of it already are
 * refused on replay by their revision.
 */
final class Snapshots {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  /** Entries that a store's loop may lag behind; a state that is older is not labelled. */
  private static final int REMEMBERED = 4096;

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final SnapshotFile format;
  private final ThreadFactory threads;
  private final long after;
  private final Runnable onTaken;
  private final ArrayDeque<Mark> marks = new ArrayDeque<>();
  private long bytesSince;
  private long due;
  private boolean writing;

  /** What was read at the start. */
  record Loaded(TermIndex at, View state) {}

  private record Mark(TermIndex at, long revision) {}

  /**
   * Makes them.
   *
   * @param after bytes of entries from which a snapshot is due
   * @param onTaken told on the writing thread after each new snapshot
   */
  Snapshots(Seal seal, ThreadFactory threads, long after, Runnable onTaken) {
    this.format = new SnapshotFile(seal);
    this.threads = threads;
    this.after = after;
    this.due = after;
    this.onTaken = onTaken;
  }

  void open(RaftStorage raft) throws IOException {
    storage.init(raft);
  }

  /** Looks again for the newest snapshot: the leader has sent one. */
  void reopen() {
    storage.loadLatestSnapshot();
  }

  StateMachineStorage storage() {
    return storage;
  }

  long newestIndex() {
    SingleFileSnapshotInfo newest = storage.getLatestSnapshot();
    return newest == null ? -1 : newest.getIndex();
  }

  /** Reads the newest snapshot; null if there is none. */
  @Nullable Loaded load() throws IOException {
    SingleFileSnapshotInfo newest = storage.getLatestSnapshot();
    if (newest == null) {
      return null;
    }
    synchronized (this) {
      marks.clear();
      bytesSince = 0;
      due = Math.max(after, newest.getFile().getFileSize());
    }
    return new Loaded(newest.getTermIndex(), format.read(newest.getFile().getPath()));
  }

  /** Notes that an entry was applied, and begins a snapshot if one is due. */
  synchronized void applied(TermIndex at, long revision, int bytes, Replica replica) {
    marks.add(new Mark(at, revision));
    if (marks.size() > REMEMBERED) {
      marks.remove();
    }
    bytesSince += bytes;
    if (bytesSince >= due && !writing) {
      writing = true;
      bytesSince = 0;
      threads.newThread(() -> write(replica)).start();
    }
  }

  /** The next entry makes a snapshot due. */
  synchronized void hurry() {
    due = 0;
  }

  private void write(Replica replica) {
    try {
      View state = replica.state();
      Mark label = label(state.revision());
      if (label != null) {
        long size = write(label.at, state);
        synchronized (this) {
          due = Math.max(after, size);
        }
        onTaken.run();
      }
    } catch (IOException | RuntimeException failed) {
      LOG.warn("no snapshot was taken; the log grows until one succeeds", failed);
    } finally {
      synchronized (this) {
        writing = false;
      }
    }
  }

  /** The last entry that is part of a state of that revision. */
  private synchronized @Nullable Mark label(long revision) {
    Mark last = null;
    for (Mark mark : marks) {
      if (mark.revision > revision) {
        break;
      }
      last = mark;
    }
    return last;
  }

  private long write(TermIndex at, View state) throws IOException {
    Path target = storage.getSnapshotFile(at.getTerm(), at.getIndex()).toPath();
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    MD5Hash digest = format.write(temporary, state);
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    MD5FileUtil.saveMD5File(target.toFile(), digest);
    storage.updateLatestSnapshot(
        new SingleFileSnapshotInfo(new FileInfo(target, digest), at.getTerm(), at.getIndex()));
    return Files.size(target);
  }
}
