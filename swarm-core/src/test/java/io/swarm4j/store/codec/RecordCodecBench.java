package io.swarm4j.store.codec;

import io.swarm4j.model.Task;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Speed and size of {@link RecordCodec} on a record of ten components and on a task. */
final class RecordCodecBench {
  private static final int ROUNDS = 500_000;
  private static final int SAMPLES = 9;

  enum Colour {
    RED,
    GREEN
  }

  record Id(long hi, long lo) {}

  record Ten(
      Id id,
      String name,
      int count,
      long version,
      boolean on,
      Colour colour,
      Instant at,
      List<String> tags,
      Map<String, String> labels,
      @Nullable Id parent) {}

  private RecordCodecBench() {}

  public static void main(String[] args) {
    Ten ten =
        new Ten(
            new Id(0x1234567890abcdefL, 0xfedcba0987654321L),
            "web.1",
            3,
            100_000,
            true,
            Colour.GREEN,
            Instant.parse("2026-01-02T03:04:05.678Z"),
            List.of("a", "b"),
            Map.of("tier", "front"),
            new Id(1, 2));
    run("ten components", Ten.class, ten);
    run("task", Task.class, ModelCodecTest.task());
  }

  private static <T> void run(String what, Class<T> type, T value) {
    long begin = System.nanoTime();
    RecordCodec codec = RecordCodec.create();
    codec.prepare(type);
    System.out.printf(
        "%s: %d bytes; codec made in %.1f ms%n",
        what, codec.encode(type, value).length, (System.nanoTime() - begin) / 1e6);
    EncodeBuffer buffer = new EncodeBuffer();
    byte[] bytes = codec.encode(type, value);
    time(
        "  encode into a buffer",
        () -> {
          buffer.reset();
          codec.encode(type, value, buffer);
          return buffer.size();
        });
    time("  encode to an array", () -> codec.encode(type, value).length);
    time("  decode", () -> codec.decode(type, bytes).hashCode());
  }

  private static void time(String what, IntSupplier work) {
    double[] nanos = new double[SAMPLES];
    int result = 0;
    for (int i = 0; i < SAMPLES; i++) {
      long start = System.nanoTime();
      for (int j = 0; j < ROUNDS; j++) {
        result += work.getAsInt();
      }
      nanos[i] = (System.nanoTime() - start) / (double) ROUNDS;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%-24s ns: min %.0f, median %.0f, max %.0f (%d)%n",
        what, nanos[0], nanos[SAMPLES / 2], nanos[SAMPLES - 1], result);
  }
}
