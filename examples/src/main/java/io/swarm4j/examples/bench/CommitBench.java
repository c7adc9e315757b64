package io.swarm4j.examples.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Committed updates of objects by three managers in this JVM beside the puts of three etcd
 * processes, all on one disk, in turns: windows of 1, 64 and 1,024 writes under way, of 256 bytes
 * and 4 KiB.
 */
final class CommitBench {
  private static final int[] WINDOWS = {1, 64, 1024};
  private static final int[] SIZES = {256, 4096};
  private static final double WARM_UP_SECONDS = 4;
  private static final double SECONDS = 2;

  private CommitBench() {}

  static List<Measurement> run(int samples) {
    try (CommitTarget swarm = SwarmTarget.start();
        CommitTarget etcd = EtcdTarget.start()) {
      for (CommitTarget target : List.of(swarm, etcd)) {
        CommitLoad.run(target, 64, 256, WARM_UP_SECONDS);
        CommitLoad.run(target, 1, 256, WARM_UP_SECONDS);
      }
      List<Measurement> all = new ArrayList<>();
      for (int window : WINDOWS) {
        for (int size : SIZES) {
          all.add(compare(swarm, etcd, window, size, samples));
        }
      }
      return all;
    }
  }

  private static Measurement compare(
      CommitTarget swarm, CommitTarget etcd, int window, int size, int samples) {
    double[] ratios = new double[samples];
    List<CommitLoad> all = new ArrayList<>();
    List<CommitLoad> peers = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      CommitLoad ours = CommitLoad.run(swarm, window, size, SECONDS);
      CommitLoad theirs = CommitLoad.run(etcd, window, size, SECONDS);
      all.add(ours);
      peers.add(theirs);
      ratios[i] =
          window == 1
              ? ours.medianMicros() / theirs.medianMicros()
              : ours.perSecond() / theirs.perSecond();
    }
    boolean latency = window == 1;
    return new Measurement(
        String.format(
            "commit: %s, window %d, %d B", latency ? "median latency" : "updates/s", window, size),
        "of etcd's",
        ratios,
        !latency,
        latency ? 1.5 : window == 1024 ? 3 : 1,
        "here " + text(median(all)) + ", etcd " + text(median(peers)));
  }

  private static CommitLoad median(List<CommitLoad> loads) {
    return loads.stream()
        .sorted(Comparator.comparingDouble(CommitLoad::perSecond))
        .toList()
        .get(loads.size() / 2);
  }

  private static String text(CommitLoad load) {
    return String.format(
        Locale.ROOT,
        "%,.0f/s p50 %,.0f us p99 %,.0f us",
        load.perSecond(),
        load.medianMicros(),
        load.p99Micros());
  }
}
