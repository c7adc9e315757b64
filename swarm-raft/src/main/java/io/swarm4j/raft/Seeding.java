package io.swarm4j.raft;

import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Log;
import io.swarm4j.store.LogEntry;
import io.swarm4j.store.View;
import io.swarm4j.store.seal.KeyRing;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.SafeFile;
import io.swarm4j.store.seal.Seal;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.util.MD5FileUtil;

/** Makes the directory of a manager that begins with a given state. */
final class Seeding {
  private static final long PATIENCE_SECONDS = 60;

  private Seeding() {}

  /**
   * Founds the group with a leadership of no effect, and puts the state where its snapshot goes.
   */
  static void seed(Path directory, String id, UUID group, KeyRing keys, View state, Time time)
      throws IOException {
    found(directory, id, group, KeyVault.create(directory, keys), time);
    DiskState empty = DiskState.read(directory, keys);
    Path folder = directory.resolve(group.toString()).resolve("sm");
    Files.createDirectories(folder);
    Path snapshot =
        folder.resolve(SimpleStateMachineStorage.getSnapshotFileName(empty.term(), empty.index()));
    MD5Hash digest = new SnapshotFile(new Seal(keys, Chance.secure())).write(snapshot, state);
    MD5FileUtil.saveMD5File(snapshot.toFile(), digest);
    SafeFile.syncDirectory(folder);
  }

  private static void found(Path directory, String id, UUID group, KeyVault keys, Time time) {
    CountDownLatch leading = new CountDownLatch(1);
    try (RaftLog log =
        new RaftLog(
            RaftOptionsBuilder.builder()
                .id(id)
                .group(group)
                .directory(directory)
                .founders(List.of(id))
                .transport(new RaftTransport.InJvm(new JvmNetwork()))
                .timing(RaftTiming.IN_PROCESS)
                .keys(keys)
                .time(time)
                .build())) {
      log.open(new Founder(leading));
      if (!leading.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new UnavailableException("the new group in " + directory + " did not begin in time");
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted while a group was made", stop);
    }
  }

  private record Founder(CountDownLatch leading) implements Log.Replica {

    @Override
    public void restore(View state) {}

    @Override
    public void committed(LogEntry entry) {}

    @Override
    public void termBegan(long term) {}

    @Override
    public void leadershipGained(long term) {
      leading.countDown();
    }

    @Override
    public void leadershipLost() {}

    @Override
    public View state() {
      return View.EMPTY;
    }
  }
}
