package io.swarm4j.examples.bench;

import io.swarm4j.raft.JvmNetwork;
import io.swarm4j.raft.RaftLog;
import io.swarm4j.raft.RaftOptionsBuilder;
import io.swarm4j.raft.RaftRecovery;
import io.swarm4j.raft.RaftTiming;
import io.swarm4j.raft.RaftTransport;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import io.swarm4j.time.RealTime;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A manager with a million tasks: how long it takes to write them down, encrypted and synced, how
 * long a write waits at most meanwhile, and how long a restart takes.
 */
final class SnapshotBench {
  private SnapshotBench() {}

  static List<Measurement> run(int samples) {
    RealTime time = new RealTime();
    double[] write = new double[samples];
    double[] stall = new double[samples];
    double[] restart = new double[samples];
    for (int i = 0; i < samples; i++) {
      try (BenchFolder folder = BenchFolder.make()) {
        Path own = folder.path().resolve("m1");
        UUID group =
            RaftRecovery.restore(MillionTasks.view(), own, "m1", time); // one copy in memory
        long begin = System.nanoTime();
        try (SwarmTarget manager = SwarmTarget.single(log(own, group, time))) {
          restart[i] = seconds(begin);
          CommitLoad.run(manager, 1, 256, 1);
          long start = System.nanoTime();
          CompletableFuture<Double> written = new CompletableFuture<>();
          Path file = folder.path().resolve("copy");
          time.newThreads("bench-snapshot")
              .newThread(
                  () -> {
                    RaftRecovery.backup(manager.view(), file, UnlockKey.create(Chance.secure()));
                    written.complete(seconds(start));
                  })
              .start();
          double longest = 0;
          while (!written.isDone()) {
            long put = System.nanoTime();
            manager.put(1, new byte[256]).toCompletableFuture().join();
            longest = Math.max(longest, (System.nanoTime() - put) / 1e6);
          }
          write[i] = written.join();
          stall[i] = longest;
        }
      }
    }
    return List.of(
        new Measurement("snapshot: of 1M tasks, under load", "s", write, false, 10, ""),
        new Measurement("snapshot: longest commit meanwhile", "ms", stall, false, 200, ""),
        new Measurement("snapshot: restart with 1M tasks", "s", restart, false, 15, ""));
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static RaftLog log(Path own, UUID group, RealTime time) {
    return new RaftLog(
        RaftOptionsBuilder.builder()
            .id("m1")
            .group(group)
            .directory(own)
            .transport(new RaftTransport.InJvm(new JvmNetwork()))
            .timing(RaftTiming.IN_PROCESS)
            .keys(KeyVault.open(own, null))
            .time(time)
            .build());
  }
}
