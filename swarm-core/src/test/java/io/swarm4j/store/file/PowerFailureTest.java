package io.swarm4j.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The power fails in any operation, again and again, and of what was not forced any part may be
 * lost. Each time the log must open by itself, with all that was acknowledged and nothing that was
 * not written.
 */
class PowerFailureTest {
  private static final OpenOptions OPTIONS =
      OpenOptions.defaults().segmentBytes(4_096).preallocatedBytes(1_500);
  private static final int LIVES = 8;

  private final List<String> written = new ArrayList<>();
  private Random random = new Random();
  private long acknowledged;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatWasAcknowledgedSurvives(int hundred) throws IOException {
    for (int seed = hundred * 100; seed < hundred * 100 + 40; seed++) {
      random = new Random(seed);
      written.clear();
      acknowledged = 0;
      FakeDisk disk = new FakeDisk();
      for (int life = 0; life < LIVES; life++) {
        disk.failPowerIn(random.nextInt(random.nextInt(5) == 0 ? 12 : 120));
        try {
          live(disk);
        } catch (FakeDisk.PowerFailure failure) {
          assertThat(failure).as("seed %d, life %d", seed, life).isNotNull();
        } catch (RuntimeException unexpected) {
          throw new AssertionError("seed " + seed + ", life " + life, unexpected);
        }
        disk = disk.afterPowerFailure(random);
      }
    }
  }

  private void live(FakeDisk disk) throws IOException {
    Replayed replayed = new Replayed();
    Recovery recovery = new Recovery(disk, OPTIONS, replayed);
    LogWriter writer = recovery.run();
    int last = (int) replayed.lastIndex();
    assertThat(last).isBetween((int) acknowledged, written.size());
    assertThat(recovery.opened().lastIndex()).isEqualTo(last);
    assertThat(replayed.records()).isEqualTo(written.subList((int) replayed.snapshotIndex(), last));
    assertThat(replayed.snapshot()).isEqualTo(stateAt(replayed.snapshotIndex()));
    written.subList(last, written.size()).clear();
    acknowledged = last;

    long snapshotIndex = replayed.snapshotIndex();
    for (int step = random.nextInt(60); step > 0; step--) {
      if (random.nextInt(12) > 0) {
        append(writer);
      } else if (acknowledged > snapshotIndex) {
        long index = snapshotIndex + 1 + random.nextInt((int) (acknowledged - snapshotIndex));
        String state = stateAt(index);
        Snapshots.write(disk, index, 1, out -> out.write(state.getBytes(StandardCharsets.UTF_8)));
        writer.dropThrough(index);
        disk.delete(FileNames.snapshot(snapshotIndex));
        snapshotIndex = index;
      }
    }
    if (random.nextInt(3) == 0) {
      writer.close();
    }
  }

  private void append(LogWriter writer) throws IOException {
    List<Entry> batch = new ArrayList<>();
    for (int i = random.nextInt(random.nextBoolean() ? 1 : 6); i >= 0; i--) {
      String text = random.nextInt(1_000_000) + "x".repeat(random.nextInt(random.nextInt(900) + 1));
      written.add(text);
      byte[] payload = text.getBytes(StandardCharsets.UTF_8);
      batch.add(new Entry(written.size(), 1, payload, new CompletableFuture<>()));
    }
    try {
      writer.write(batch);
    } finally {
      for (Entry entry : batch) {
        acknowledged = entry.done().getNow(acknowledged);
      }
    }
  }

  private String stateAt(long index) {
    return index == 0
        ? ""
        : "state after " + index + ": " + written.subList(0, (int) index).hashCode();
  }
}
