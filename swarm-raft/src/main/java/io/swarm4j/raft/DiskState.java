package io.swarm4j.raft;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.View;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.Seal;
import io.swarm4j.time.Chance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.util.SizeInBytes;

/**
 * What the directory of a manager that does not run holds: snapshot and all entries behind it,
 * those included that the manager does not know to be committed. Reads only.
 */
final class DiskState {
  private final Path directory;
  private final Seal seal;
  private final MemberFile member;
  private final TreeSet<String> members = new TreeSet<>();
  private View state = View.EMPTY;
  private long index = -1;
  private long term;

  private DiskState(Path directory, KeyRing keys) {
    this.directory = directory;
    this.seal = new Seal(keys, Chance.secure());
    this.member =
        MemberFile.read(directory)
            .orElseThrow(() -> new NotFoundException(directory + " holds no manager's log"));
    this.members.addAll(member.founders());
  }

  /**
   * Reads a directory.
   *
   * @throws NotFoundException if it is not a manager's
   * @throws ConflictException if the manager is running
   * @throws CorruptDataException if a file is damaged, naming it
   */
  static DiskState read(Path directory, KeyRing keys) {
    HostGuard.raise();
    DiskState disk = new DiskState(directory, keys);
    try {
      disk.read();
    } catch (IOException failed) {
      throw new UnavailableException(directory + " can not be read: " + failed, failed);
    }
    return disk;
  }

  MemberFile member() {
    return member;
  }

  /** Identities of all managers that the newest configuration names. */
  List<String> members() {
    return List.copyOf(members);
  }

  View state() {
    return state;
  }

  long index() {
    return index;
  }

  long term() {
    return term;
  }

  private void read() throws IOException {
    Path group = directory.resolve(member.group().toString());
    if (!Files.exists(group)) {
      return; // was never started
    }
    try (FileChannel lock =
        FileChannel.open(
            group.resolve("in_use.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (lock.tryLock() == null) {
        throw running();
      }
      readConfiguration(group.resolve("current").resolve("raft-meta.conf"));
      readSnapshot(group.resolve("sm"));
      for (LogSegmentPath segment : segments(group.resolve("current"))) {
        read(segment);
      }
    } catch (OverlappingFileLockException ownProcess) {
      throw running();
    }
  }

  private ConflictException running() {
    return new ConflictException(
        "manager " + member.id() + " in " + directory + " is running; stop it first");
  }

  private void readConfiguration(Path file) throws IOException {
    if (Files.exists(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        take(LogEntryProto.parseFrom(in).getConfigurationEntry());
      }
    }
  }

  private void take(RaftConfigurationProto configuration) {
    if (configuration.getPeersCount() > 0) {
      members.clear();
      configuration.getPeersList().forEach(peer -> members.add(peer.getId().toStringUtf8()));
    }
  }

  private void readSnapshot(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> snapshots =
          files
              .filter(
                  file ->
                      SimpleStateMachineStorage.SNAPSHOT_REGEX
                          .matcher(file.getFileName().toString())
                          .matches())
              .sorted(Comparator.comparing(DiskState::indexOf).reversed())
              .toList();
      if (!snapshots.isEmpty()) {
        state = new SnapshotFile(seal).read(snapshots.get(0));
        index = indexOf(snapshots.get(0));
      }
    }
  }

  private static long indexOf(Path snapshot) {
    return SimpleStateMachineStorage.getTermIndexFromSnapshotFile(snapshot.toFile()).getIndex();
  }

  private static List<LogSegmentPath> segments(Path folder) throws IOException {
    List<LogSegmentPath> segments = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.map(LogSegmentPath::matchLogSegment).filter(Objects::nonNull).forEach(segments::add);
    }
    segments.sort(Comparator.comparing(LogSegmentPath::getStartEnd));
    return segments;
  }

  private void read(LogSegmentPath segment) throws IOException {
    try {
      LogSegment.readSegmentFile(
          segment.getPath().toFile(),
          segment.getStartEnd(),
          SizeInBytes.valueOf(RatisSettings.LONGEST_ENTRY),
          CorruptionPolicy.EXCEPTION,
          null,
          this::apply);
    } catch (IOException | IllegalStateException damage) {
      throw Damage.of(segment.getPath(), damage);
    }
  }

  private void apply(LogEntryProto entry) {
    if (entry.hasConfigurationEntry()) {
      take(entry.getConfigurationEntry());
    }
    if (entry.getIndex() <= index) {
      return;
    }
    index = entry.getIndex();
    term = entry.getTerm();
    if (entry.hasStateMachineLogEntry()) {
      apply(entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
    }
  }

  private void apply(ByteBuffer data) {
    if (KeyRotation.isOne(data)) {
      seal.use(seal.ring().and(KeyRotation.keyIn(data, seal)));
      return;
    }
    for (LogEntry next : Batch.split(seal.open(data, ReplicaStateMachine.ENTRY))) {
      if (next.term() == term && next.revision() == state.revision() + 1) {
        state = state.after(next);
      }
    }
  }
}
