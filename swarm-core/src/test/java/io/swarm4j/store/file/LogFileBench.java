package io.swarm4j.store.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * Speed of {@link LogFile} in a directory that is given as argument: acknowledged records of 256
 * bytes with several numbers of them under way, opening, and snapshots.
 */
final class LogFileBench {
  private static final byte[] PAYLOAD = randomBytes(256); // disks are good at zeros
  private static final long NANOS_PER_CELL = 2_000_000_000L;
  private static final int SAMPLES = 5;
  private static final int REPLAYED = 1_000_000;
  private static final long SNAPSHOT_BYTES = 150L << 20;

  private final Path parent;
  private long replayed;

  private static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private LogFileBench(Path parent) {
    this.parent = parent;
  }

  public static void main(String[] args) throws Exception {
    LogFileBench bench = new LogFileBench(Path.of(args[0]));
    bench.appends(OpenOptions.defaults(), 64, 1); // warms up
    System.out.println("warm from here on");
    for (int window : new int[] {1, 64, 1_024}) {
      for (int preallocated : new int[] {0, 1 << 20, 16 << 20}) {
        bench.appends(OpenOptions.defaults().preallocatedBytes(preallocated), window, SAMPLES);
      }
    }
    bench.replayAndSnapshot();
  }

  private void appends(OpenOptions options, int window, int samples) throws Exception {
    double[] rates = new double[samples];
    long[] medians = new long[samples];
    long[] worst = new long[samples];
    for (int sample = 0; sample < samples; sample++) {
      Path directory = Files.createTempDirectory(parent, "bench");
      try (LogFile log = LogFile.open(directory, options, Thread::new, new Counting())) {
        long[] latencies = new long[4_000_000];
        Semaphore free = new Semaphore(window);
        long start = System.nanoTime();
        int count = 0;
        while (System.nanoTime() - start < NANOS_PER_CELL && count < latencies.length) {
          free.acquire();
          int at = count++;
          long begin = System.nanoTime();
          log.append(1, PAYLOAD)
              .whenComplete(
                  (index, failed) -> {
                    latencies[at] = System.nanoTime() - begin;
                    free.release();
                  });
        }
        free.acquire(window);
        rates[sample] = count / ((System.nanoTime() - start) / 1e9);
        Arrays.sort(latencies, 0, count);
        medians[sample] = latencies[count / 2] / 1_000;
        worst[sample] = latencies[(int) (count * 0.99)] / 1_000;
      }
      delete(directory);
    }
    Arrays.sort(rates);
    Arrays.sort(medians);
    Arrays.sort(worst);
    System.out.printf(
        "window %4d, %5d KiB preallocated: %,.0f records/s (%,.0f to %,.0f), p50 %d us, p99 %d"
            + " us%n",
        window,
        options.preallocatedBytes() >> 10,
        rates[samples / 2],
        rates[0],
        rates[samples - 1],
        medians[samples / 2],
        worst[samples / 2]);
  }

  private void replayAndSnapshot() throws Exception {
    Path directory = Files.createTempDirectory(parent, "bench");
    OpenOptions options = OpenOptions.defaults();
    try (LogFile log = LogFile.open(directory, options, Thread::new, new Counting())) {
      for (int i = 0; i < REPLAYED; i++) {
        log.append(1, PAYLOAD);
      }
    }
    for (int i = 0; i < SAMPLES; i++) {
      replayed = 0;
      long start = System.nanoTime();
      LogFile.open(directory, options, Thread::new, new Counting()).close();
      print("open with 1M records", start, replayed);
    }
    byte[] chunk = randomBytes(1 << 20);
    try (LogFile log = LogFile.open(directory, options, Thread::new, new Counting())) {
      for (int i = 1; i <= SAMPLES; i++) {
        long start = System.nanoTime();
        log.snapshot(
            REPLAYED - SAMPLES + i,
            1,
            out -> {
              for (long done = 0; done < SNAPSHOT_BYTES; done += chunk.length) {
                out.write(chunk);
              }
            });
        print("write a snapshot", start, SNAPSHOT_BYTES);
      }
    }
    for (int i = 0; i < SAMPLES; i++) {
      replayed = 0;
      long start = System.nanoTime();
      LogFile.open(directory, options, Thread::new, new Counting()).close();
      print("open with a snapshot", start, replayed);
    }
    delete(directory);
  }

  private static void print(String what, long start, long bytes) {
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf("%s: %.2f s, %.0f MB/s%n", what, seconds, bytes / seconds / 1e6);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    }
  }

  private final class Counting implements Replay {
    @Override
    public void snapshot(long index, long term, InputStream state) throws IOException {
      byte[] buffer = new byte[8_192];
      for (int count = state.read(buffer); count >= 0; count = state.read(buffer)) {
        replayed += count;
      }
    }

    @Override
    public void record(long index, long term, ByteBuffer payload) {
      replayed += payload.remaining();
    }
  }
}
