package io.swarm4j.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.swarm4j.store.CorruptDataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupted writes are cut off, damage is refused, and what is replayed is always right. */
class DamageTest {
  private static final OpenOptions OPTIONS =
      OpenOptions.defaults().segmentBytes(1_024).preallocatedBytes(256);
  private static final OpenOptions SALVAGE = OPTIONS.salvage(true);
  private static final String FIRST = FileNames.segment(1);

  private final FakeDisk disk = new FakeDisk();
  private final List<String> written = new ArrayList<>();

  private static Replayed open(FakeDisk disk, OpenOptions options) throws IOException {
    Replayed replayed = new Replayed();
    new Recovery(disk, options, replayed).run().abandon();
    return replayed;
  }

  private LogWriter openWriter() throws IOException {
    return new Recovery(disk, OPTIONS, new Replayed()).run();
  }

  /** One record per write, as if nothing else was waiting. */
  private void append(LogWriter writer, String... texts) throws IOException {
    for (String text : texts) {
      appendTogether(writer, text);
    }
  }

  private void appendTogether(LogWriter writer, String... texts) throws IOException {
    List<Entry> batch = new ArrayList<>();
    for (String text : texts) {
      written.add(text);
      byte[] payload = text.getBytes(StandardCharsets.UTF_8);
      batch.add(new Entry(written.size(), 7, payload, new CompletableFuture<>()));
    }
    writer.write(batch);
  }

  private static String text(int number) {
    return "record " + number + " ".repeat(number % 9);
  }

  private void writeRecords(int count, boolean close) throws IOException {
    LogWriter writer = openWriter();
    for (int i = 0; i < count; i++) {
      append(writer, text(i));
    }
    if (close) {
      writer.close();
    } else {
      writer.abandon();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void truncationAnywhereInTheLastRecordLosesThatRecordOnly(boolean closed) throws IOException {
    writeRecords(5, closed);
    byte[] whole = disk.get(FIRST);
    int lastBegins = FileHeader.BYTES;
    for (int i = 0; i < 4; i++) {
      lastBegins += Frame.size(text(i).length());
    }
    int lastEnds = lastBegins + Frame.size(text(4).length());
    for (int length = lastBegins; length <= lastEnds; length++) {
      FakeDisk cut = disk.copy();
      cut.put(FIRST, Arrays.copyOf(whole, length));
      Replayed replayed = new Replayed();
      Recovery recovery = new Recovery(cut, OPTIONS, replayed);
      LogWriter writer = recovery.run();
      assertThat(replayed.records()).isEqualTo(written.subList(0, length == lastEnds ? 5 : 4));
      assertThat(recovery.opened().tornTail() != null)
          .as("torn at %d", length)
          .isEqualTo(length > lastBegins && length < lastEnds);

      List<Entry> next =
          List.of(
              new Entry(replayed.lastIndex() + 1, 8, new byte[] {'n'}, new CompletableFuture<>()));
      writer.write(next);
      writer.abandon();
      assertThat(open(cut, OPTIONS).records()).endsWith("n").hasSize(length == lastEnds ? 6 : 5);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFlippedBitIsCutOffInTheLastRecordAndRefusedElsewhere(boolean closed) throws IOException {
    writeRecords(9, closed);
    byte[] whole = disk.get(FIRST);
    int lastBegins = FileHeader.BYTES;
    for (int i = 0; i < 8; i++) {
      lastBegins += Frame.size(text(i).length());
    }
    int refused = 0;
    for (int at = 0; at < whole.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        FakeDisk damaged = flipped(FIRST, at, bit);
        Replayed replayed = new Replayed();
        Throwable thrown = catchThrowable(() -> new Recovery(damaged, OPTIONS, replayed).run());
        if (thrown == null) {
          assertThat(at).as("opened").isGreaterThanOrEqualTo(lastBegins);
          assertThat(replayed.records()).hasSizeGreaterThanOrEqualTo(8);
        } else {
          assertThat(thrown).isInstanceOf(CorruptDataException.class);
          refused++;
        }
        assertThat(written.subList(0, replayed.records().size())).isEqualTo(replayed.records());
      }
    }
    // with the log closed, its mark tells that the last record was complete as well
    int lastEnds = lastBegins + Frame.size(text(8).length());
    assertThat(refused).isEqualTo(8 * (closed ? lastEnds : lastBegins));
  }

  @Test
  void damageInAnySegmentButTheLastIsRefusedWhereverItIs() throws IOException {
    writeRecords(60, true);
    List<String> segments = new ArrayList<>(FileNames.segments(disk.list()).values());
    assertThat(segments).hasSizeGreaterThan(2);
    for (String segment : segments.subList(0, segments.size() - 1)) {
      byte[] whole = disk.get(segment);
      for (int at = 0; at < whole.length; at++) {
        FakeDisk damaged = flipped(segment, at, at % 8);
        Replayed replayed = new Replayed();
        Throwable thrown = catchThrowable(() -> new Recovery(damaged, OPTIONS, replayed).run());
        if (thrown == null) { // it hit the mark of a full segment or the zeros behind it
          assertThat(replayed.records()).isEqualTo(written);
        } else {
          assertThat(thrown)
              .isInstanceOf(CorruptDataException.class)
              .hasMessageContaining(segment)
              .hasMessageContaining("at byte")
              .hasMessageContaining("backup")
              .hasMessageContaining("salvage(true)");
          assertThat(written.subList(0, replayed.records().size())).isEqualTo(replayed.records());
        }
      }
    }
  }

  @Test
  void aMissingSegmentIsRefused() throws IOException {
    writeRecords(60, true);
    List<String> segments = new ArrayList<>(FileNames.segments(disk.list()).values());
    for (int i = 0; i < segments.size(); i++) {
      FakeDisk damaged = disk.copy();
      damaged.delete(segments.get(i));
      assertThatThrownBy(() -> open(damaged, OPTIONS))
          .as("without %s", segments.get(i))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageMatching(".*(missing|can not be read, and records from).*");
    }
  }

  @Test
  void damageInTheMiddleOfOneWriteIsNotMistakenForAnInterruptedWrite() throws IOException {
    LogWriter writer = openWriter();
    appendTogether(writer, "one", "two", "three");
    writer.abandon();
    int second = FileHeader.BYTES + Frame.size(3);
    FakeDisk damaged = flipped(FIRST, second + Frame.HEADER, 0);
    assertThatThrownBy(() -> open(damaged, OPTIONS))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("record 2 can not be read")
        .hasMessageContaining("record 3 follows");
  }

  @Test
  void aWriteOfWhichALaterPartWentFirstIsCutOff() throws IOException {
    LogWriter writer = openWriter();
    append(writer, "acknowledged");
    appendTogether(writer, "a".repeat(700), "b".repeat(50));
    writer.abandon();
    byte[] bytes = disk.get(FIRST);
    Arrays.fill(bytes, 512, 1_024, (byte) 0); // the sector in between never reached the disk
    disk.put(FIRST, bytes);
    Replayed replayed = new Replayed();
    Recovery recovery = new Recovery(disk, OPTIONS, replayed);
    recovery.run().abandon();
    assertThat(replayed.records()).containsExactly("acknowledged");
    assertThat(recovery.opened().tornTail())
        .isEqualTo(new Opened.TornTail("disk/" + FIRST, FileHeader.BYTES + Frame.size(12)));
    assertThat(open(disk, OPTIONS).records()).containsExactly("acknowledged");
  }

  @Test
  void aSectorThatWentMissingAfterItWasForcedIsDamage() throws IOException {
    LogWriter writer = openWriter();
    append(writer, "a".repeat(700), "b".repeat(50));
    writer.abandon();
    byte[] bytes = disk.get(FIRST);
    Arrays.fill(bytes, 0, 512, (byte) 0);
    System.arraycopy(disk.get(FIRST), 0, bytes, 0, FileHeader.BYTES);
    disk.put(FIRST, bytes);
    assertThatThrownBy(() -> open(disk, OPTIONS))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("record 1 can not be read, and was on disk when record 2");
  }

  @Test
  void aRecordThatDoesNotBelongThereIsDamage() throws IOException {
    SegmentWriter segment = SegmentWriter.create(disk, 1, OPTIONS);
    segment.addRecord(1, 7, 0, new byte[] {'a'});
    segment.addRecord(3, 7, 0, new byte[] {'c'});
    segment.force();
    segment.close();
    assertThatThrownBy(() -> open(disk, OPTIONS))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("record 3 where record 2 belongs");
  }

  @Test
  void aLogThatEndsBeforeItsSnapshotIsDamage() throws IOException {
    writeSnapshot(8, "state");
    disk.put(FIRST, Arrays.copyOf(disk.get(FIRST), FileHeader.BYTES + Frame.size(10)));
    assertThatThrownBy(() -> open(disk, OPTIONS))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("snapshot was made after record 8");
    Replayed replayed = open(disk, SALVAGE);
    assertThat(replayed.snapshot()).isEqualTo("state");
    assertThat(replayed.lastIndex()).isEqualTo(8);
    assertThat(disk.list()).contains(FIRST + ".damaged", FileNames.segment(9));
    assertThat(open(disk, OPTIONS).lastIndex()).isEqualTo(8);
  }

  @Test
  void aCopyOfAFrameInsideAPayloadIsNoFrame() throws IOException {
    LogWriter writer = openWriter();
    append(writer, "first", "second");
    byte[] frames = Arrays.copyOf(disk.get(FIRST), 200);
    written.add("copy");
    writer.write(List.of(new Entry(3, 7, frames, new CompletableFuture<>())));
    writer.abandon();
    byte[] bytes = disk.get(FIRST);
    int third = FileHeader.BYTES + Frame.size(5) + Frame.size(6);
    bytes[third] ^= 1;
    disk.put(FIRST, bytes);
    assertThat(open(disk, OPTIONS).records()).containsExactly("first", "second");
  }

  @Test
  void aForeignFileIsCalledSo() throws IOException {
    writeRecords(1, true);
    disk.put(FIRST, "#!/bin/sh\necho this is not a log at all\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> open(disk, OPTIONS))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("disk/" + FIRST)
        .hasMessageContaining("not a segment of a Swarm4J log");
  }

  @Test
  void aRenamedFileIsRefused() throws IOException {
    SegmentWriter.create(disk, 9, OPTIONS).close();
    disk.rename(FileNames.segment(9), FIRST);
    assertThatThrownBy(() -> open(disk, OPTIONS))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("about index 9: it was renamed");
  }

  @Test
  void segmentsThatOverlapAreRefused() throws IOException {
    writeRecords(3, true);
    SegmentWriter.create(disk, 2, OPTIONS).close();
    assertThatThrownBy(() -> open(disk, OPTIONS))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("goes on to record 3, and the next segment begins with record 2");
  }

  @Test
  void aWriteThatShouldHaveReplacedTheMarkOfAClosedLogIsCutOff() throws IOException {
    int markAt = 512 - Frame.HEADER; // the mark ends with its sector
    LogWriter writer = openWriter();
    append(writer, "x".repeat(markAt - Frame.HEADER - FileHeader.BYTES));
    writer.close();
    byte[] closed = disk.get(FIRST);
    writer = openWriter();
    appendTogether(writer, "first", "second");
    writer.abandon();
    byte[] bytes = disk.get(FIRST);
    System.arraycopy(closed, 0, bytes, 0, 512); // this sector never reached the disk
    disk.put(FIRST, bytes);
    assertThat(open(disk, OPTIONS).records()).isEqualTo(written.subList(0, 1));
  }

  @Test
  void aFileOfANewerReleaseIsRefusedEvenForSalvage() throws IOException {
    writeRecords(1, true);
    byte[] bytes = disk.get(FIRST);
    bytes[11] = 2;
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(bytes, 0, 12);
    crc.update(bytes, 16, 16);
    java.nio.ByteBuffer.wrap(bytes).putInt(12, (int) crc.getValue());
    disk.put(FIRST, bytes);
    for (OpenOptions options : List.of(OPTIONS, SALVAGE)) {
      assertThatThrownBy(() -> open(disk, options))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("format version 2")
          .hasMessageContaining("newer release");
    }
  }

  @Test
  void aFlippedBitAnywhereInASnapshotIsRefused() throws IOException {
    writeSnapshot(8, "state ".repeat(100));
    String name = FileNames.snapshot(8);
    byte[] whole = disk.get(name);
    for (int at = 0; at < whole.length; at++) {
      FakeDisk damaged = flipped(name, at, at % 8);
      assertThatThrownBy(() -> open(damaged, OPTIONS))
          .as("flipped at %d", at)
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(name);
      FakeDisk cut = disk.copy();
      cut.put(name, Arrays.copyOf(whole, at));
      assertThatThrownBy(() -> open(cut, OPTIONS))
          .as("cut at %d", at)
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(name);
    }
  }

  private void writeSnapshot(long index, String state) throws IOException {
    LogWriter writer = openWriter();
    for (int i = 0; i < 12; i++) {
      append(writer, text(i));
    }
    Snapshots.write(disk, index, 7, out -> out.write(state.getBytes(StandardCharsets.UTF_8)));
    writer.dropThrough(index);
    writer.close();
  }

  @Test
  void salvageKeepsAllBeforeTheDamageAndTheDamagedFiles() throws IOException {
    writeRecords(60, true);
    List<String> segments = new ArrayList<>(FileNames.segments(disk.list()).values());
    for (String segment : segments) {
      byte[] whole = disk.get(segment);
      for (int at = 0; at < whole.length; at += 7) {
        FakeDisk damaged = flipped(segment, at, 3);
        if (catchThrowable(() -> open(damaged.copy(), OPTIONS)) == null) {
          continue;
        }
        byte[] before = damaged.get(segment);
        Replayed replayed = new Replayed();
        Recovery recovery = new Recovery(damaged, SALVAGE, replayed);
        LogWriter writer = recovery.run();
        int kept = replayed.records().size();
        assertThat(replayed.records()).isEqualTo(written.subList(0, kept));
        assertThat(recovery.opened().movedAside())
            .contains("disk/" + segment + ".damaged")
            .hasSize(segments.size() - segments.indexOf(segment));
        assertThat(damaged.get(segment + ".damaged")).isEqualTo(before);

        writer.write(List.of(new Entry(kept + 1, 9, new byte[] {'n'}, new CompletableFuture<>())));
        writer.close();
        assertThat(open(damaged, OPTIONS).records()).hasSize(kept + 1).endsWith("n");
      }
    }
  }

  @Test
  void salvageGoesOnFromTheSnapshotIfTheRecordsBehindItAreGone() throws IOException {
    writeSnapshot(8, "state");
    String last = FileNames.segments(disk.list()).get(FileNames.segments(disk.list()).lastKey());
    byte[] bytes = disk.get(last);
    Arrays.fill(bytes, 0, 200, (byte) 0x55);
    disk.put(last, bytes);
    assertThatThrownBy(() -> open(disk, OPTIONS)).isInstanceOf(CorruptDataException.class);
    Replayed replayed = open(disk, SALVAGE);
    assertThat(replayed.snapshot()).isEqualTo("state");
    assertThat(replayed.records()).isEmpty();
    assertThat(disk.list()).contains(last + ".damaged", FileNames.segment(9));
    assertThat(open(disk, OPTIONS).lastIndex()).isEqualTo(8);
  }

  @Test
  void salvageWithoutTheOnlySnapshotMovesAllAsideAndStartsAgain() throws IOException {
    writeRecords(60, false);
    LogWriter writer = openWriter();
    Snapshots.write(disk, 40, 7, out -> out.write(1));
    writer.dropThrough(40);
    writer.close();
    FakeDisk damaged = flipped(FileNames.snapshot(40), 45, 0);
    Replayed replayed = open(damaged, SALVAGE);
    assertThat(replayed.lastIndex()).isZero();
    assertThat(damaged.list()).contains(FileNames.snapshot(40) + ".damaged", FIRST);
    assertThat(damaged.list().stream().filter(name -> name.endsWith(".damaged")).count())
        .isGreaterThan(1);
    assertThat(open(damaged, OPTIONS).lastIndex()).isZero();
  }

  @Test
  void salvageNeverOverwritesWhatAnEarlierOneHadKept() throws IOException {
    writeRecords(5, true);
    for (int round = 0; round < 2; round++) {
      byte[] bytes = disk.get(FIRST);
      bytes[FileHeader.BYTES + 1] ^= 1;
      disk.put(FIRST, bytes);
      open(disk, SALVAGE);
      new Recovery(disk, OPTIONS, new Replayed()).run().close();
    }
    assertThat(disk.list()).contains(FIRST + ".damaged");
  }

  private FakeDisk flipped(String name, int at, int bit) {
    FakeDisk damaged = disk.copy();
    byte[] bytes = disk.get(name);
    bytes[at] ^= (byte) (1 << bit);
    damaged.put(name, bytes);
    return damaged;
  }
}
