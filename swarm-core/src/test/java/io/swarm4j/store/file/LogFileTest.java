package io.swarm4j.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogFileTest {
  private static final OpenOptions SMALL =
      OpenOptions.defaults().segmentBytes(2_048).preallocatedBytes(512);
  private static final ThreadFactory THREADS =
      task -> {
        Thread thread = new Thread(task, "log-under-test");
        thread.setDaemon(true);
        return thread;
      };

  @TempDir Path parent;

  private Path directory() {
    return parent.resolve("a").resolve("log");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private LogFile open(Replay replay) {
    return LogFile.open(directory(), SMALL, THREADS, replay);
  }

  private Replayed reopen() {
    Replayed replayed = new Replayed();
    open(replayed).close();
    return replayed;
  }

  @Test
  void recordsAreReplayedInOrderWithTheirTerms() {
    try (LogFile log = open(new Replayed())) {
      assertThat(log.opened()).isEqualTo(new Opened(0, 0, 0, null, List.of()));
      for (int i = 1; i <= 200; i++) {
        assertThat(await(log.append(i / 10, bytes("record " + i)))).isEqualTo(i);
        assertThat(log.syncedIndex()).isEqualTo(i);
      }
    }
    Replayed replayed = new Replayed();
    try (LogFile log = open(replayed)) {
      assertThat(replayed.records()).hasSize(200).startsWith("record 1").endsWith("record 200");
      assertThat(replayed.terms()).startsWith(0L, 0L).endsWith(20L);
      assertThat(log.opened()).isEqualTo(new Opened(0, 200, 20, null, List.of()));
      assertThat(await(log.append(21, new byte[0]))).isEqualTo(201);
    }
    assertThat(reopen().records()).hasSize(201).endsWith("");
  }

  @Test
  void recordsOfAnySizeAreKept() {
    List<String> texts = new ArrayList<>();
    for (int length : new int[] {0, 1, 7, 8, 9, 2_000, 2_048, 5_000, 300_000, 3_000_000, 3}) {
      texts.add("x".repeat(length));
    }
    try (LogFile log = open(new Replayed())) {
      texts.forEach(text -> log.append(1, bytes(text)));
    }
    assertThat(reopen().records()).isEqualTo(texts);
  }

  @Test
  void closingWritesWhatWasAppended() {
    LogFile log = open(new Replayed());
    List<CompletionStage<Long>> stages = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      stages.add(log.append(1, bytes("r" + i)));
    }
    log.close();
    log.close();
    assertThat(stages).allSatisfy(stage -> assertThat(stage.toCompletableFuture()).isDone());
    assertThatThrownBy(() -> await(log.append(1, bytes("late"))))
        .hasCauseInstanceOf(UnavailableException.class)
        .hasMessageContaining("is closed");
    assertThatThrownBy(() -> log.snapshot(1, 1, out -> {}))
        .isInstanceOf(UnavailableException.class);
    assertThat(reopen().records()).hasSize(5_000);
  }

  @Test
  void closingOnTheWritingThreadDoesNotWaitForItself() {
    LogFile log = open(new Replayed());
    await(log.append(1, bytes("x")).thenRun(log::close));
    log.close();
    assertThat(reopen().records()).containsExactly("x");
  }

  @Test
  void whatDependsOnARecordIsRunInTheOrderOfTheRecords() throws Exception {
    List<Long> order = Collections.synchronizedList(new ArrayList<>());
    Set<Thread> runners = ConcurrentHashMap.newKeySet();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    try (LogFile log = open(new Replayed())) {
      for (int i = 0; i < 200; i++) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        all.add(
            done.thenAccept(
                index -> {
                  order.add(index);
                  runners.add(Thread.currentThread());
                }));
        log.append(1, bytes("record " + i), done);
      }
      for (CompletableFuture<Void> each : all) {
        await(each);
      }
    }
    assertThat(order).hasSize(200).isSorted();
    assertThat(runners).hasSize(1).doesNotContain(Thread.currentThread());
  }

  @Test
  void threadsMayAppendTogether() throws Exception {
    int threads = 4;
    int each = 2_000;
    try (LogFile log = open(new Replayed())) {
      CountDownLatch start = new CountDownLatch(1);
      List<CompletableFuture<Void>> ends = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        CompletableFuture<Void> end = new CompletableFuture<>();
        ends.add(end);
        THREADS
            .newThread(
                () -> {
                  List<CompletableFuture<Long>> indexes = new ArrayList<>();
                  try {
                    start.await();
                    for (int i = 0; i < each; i++) {
                      indexes.add(log.append(1, bytes(thread + ":" + i)).toCompletableFuture());
                    }
                    List<Long> got = indexes.stream().map(CompletableFuture::join).toList();
                    assertThat(got).isSorted().doesNotHaveDuplicates();
                    end.complete(null);
                  } catch (Throwable failed) {
                    end.completeExceptionally(failed);
                  }
                })
            .start();
      }
      start.countDown();
      for (CompletableFuture<Void> end : ends) {
        end.get(50, TimeUnit.SECONDS);
      }
    }
    List<String> records = reopen().records();
    assertThat(records).hasSize(threads * each).doesNotHaveDuplicates();
    for (int t = 0; t < threads; t++) {
      String prefix = t + ":";
      List<Integer> ofOne =
          records.stream()
              .filter(record -> record.startsWith(prefix))
              .map(record -> Integer.parseInt(record.substring(prefix.length())))
              .toList();
      assertThat(ofOne).isSorted().hasSize(each);
    }
  }

  @Test
  void aSnapshotReplacesTheRecordsThatItCovers() throws Exception {
    try (LogFile log = open(new Replayed())) {
      for (int i = 1; i <= 300; i++) {
        await(log.append(1, bytes("record " + i)));
      }
      assertThat(FileNames.segments(files())).hasSizeGreaterThan(6);
      String state = "s".repeat(200_000);
      log.snapshot(250, 1, out -> out.write(bytes(state)));
      assertThat(FileNames.segments(files()).firstKey()).isBetween(200L, 251L);
      log.snapshot(
          250,
          1,
          out -> {
            throw new AssertionError("made already");
          });
      assertThatThrownBy(() -> log.snapshot(301, 1, out -> {}))
          .isInstanceOf(SwarmException.class)
          .hasMessageContaining("on disk up to 300");
    }
    Replayed replayed = new Replayed();
    try (LogFile log = open(replayed)) {
      assertThat(replayed.snapshotIndex()).isEqualTo(250);
      assertThat(replayed.snapshot()).hasSize(200_000);
      assertThat(replayed.records()).hasSize(50).endsWith("record 300");
      log.snapshot(300, 1, out -> out.write(bytes("all")));
      assertThat(files().stream().filter(name -> name.endsWith(".snap"))).hasSize(1);
    }
    replayed = new Replayed();
    try (LogFile log = open(replayed)) {
      assertThat(replayed.snapshot()).isEqualTo("all");
      assertThat(replayed.records()).isEmpty();
      assertThat(log.opened()).isEqualTo(new Opened(300, 300, 1, null, List.of()));
      assertThat(await(log.append(2, bytes("next")))).isEqualTo(301);
    }
    assertThat(reopen().records()).containsExactly("next");
  }

  private List<String> files() throws Exception {
    try (var files = Files.list(directory())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aSnapshotThatFailsLeavesTheOneBefore() throws Exception {
    try (LogFile log = open(new Replayed())) {
      await(log.append(1, bytes("a")));
      log.snapshot(1, 1, out -> out.write(bytes("one")));
      await(log.append(1, bytes("b")));
      assertThatThrownBy(
              () ->
                  log.snapshot(
                      2,
                      1,
                      out -> {
                        out.write(bytes("tw"));
                        throw new IllegalStateException("no more");
                      }))
          .isInstanceOf(IllegalStateException.class);
      assertThat(files()).noneMatch(name -> name.endsWith(".tmp"));
    }
    Replayed replayed = reopen();
    assertThat(replayed.snapshot()).isEqualTo("one");
    assertThat(replayed.records()).containsExactly("b");
  }

  @Test
  void aSecondOpenerOfThisProcessIsRefusedAndTheFirstKeepsItsLock() throws Exception {
    try (LogFile log = open(new Replayed())) {
      assertThatThrownBy(() -> open(new Replayed()))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(directory().toRealPath().toString())
          .hasMessageContaining("in use by this process");
      assertThat(openElsewhere()).contains("in use by another process");
      await(log.append(1, bytes("x")));
    }
    assertThat(openElsewhere()).contains("opened with 1 records");
    assertThat(files()).contains("lock").noneMatch(name -> name.startsWith("lock-"));
  }

  /** Opens the log in another JVM, which tells what it found. */
  private String openElsewhere() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OpenElsewhere.class.getName(),
                directory().toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  /** The other process. */
  static final class OpenElsewhere {
    public static void main(String[] args) {
      Replayed replayed = new Replayed();
      try (LogFile log = LogFile.open(Path.of(args[0]), SMALL, THREADS, replayed)) {
        System.out.println("opened with " + log.lastIndex() + " records");
      } catch (StorageException refused) {
        System.out.println(refused.getMessage());
      }
    }
  }

  @Test
  void marksOfProcessesThatAreGoneDoNotKeepAnyoneOut() throws Exception {
    open(new Replayed()).close();
    Files.createFile(directory().resolve("lock-1-1"));
    open(new Replayed()).close();
    assertThat(files()).doesNotContain("lock-1-1");
  }

  @Test
  void aReplayThatFailsReleasesTheDirectory() {
    try (LogFile log = open(new Replayed())) {
      await(log.append(1, bytes("x")));
    }
    Replay failing =
        new Replay() {
          @Override
          public void snapshot(long index, long term, java.io.InputStream state) {}

          @Override
          public void record(long index, long term, java.nio.ByteBuffer payload) {
            throw new IllegalStateException("can not take it");
          }
        };
    assertThatThrownBy(() -> open(failing)).hasMessage("can not take it");
    assertThat(reopen().records()).containsExactly("x");
  }

  @Test
  void aDirectoryThatCanNotBeMadeIsNamed() throws Exception {
    Files.writeString(parent.resolve("a"), "a file in the way");
    assertThatThrownBy(() -> open(new Replayed()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(directory().toString());
  }

  @Test
  void othersCanNotReadTheDirectory() throws Exception {
    open(new Replayed()).close();
    if (Files.getFileStore(directory()).supportsFileAttributeView("posix")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void aFullDiskFailsTheAppendAndAllAfterItUntilTheLogIsOpenedAgain() {
    FakeDisk disk = new FakeDisk();
    List<String> acknowledged = new ArrayList<>();
    LogFile log = LogFile.open("disk", disk, SMALL, THREADS, new Replayed());
    disk.limitTo(disk.used() + 10_000);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    for (int i = 0; i < 1_000 && failure.get() == null; i++) {
      String text = "record " + i + "x".repeat(i);
      try {
        await(log.append(1, bytes(text)));
        acknowledged.add(text);
      } catch (CompletionException failed) {
        failure.set(failed.getCause());
      }
    }
    assertThat(failure.get())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("until it is opened again");
    disk.limitTo(Long.MAX_VALUE);
    assertThatThrownBy(() -> await(log.append(1, bytes("x")))).hasCause(failure.get());
    log.close();
    assertThat(disk.isLocked()).isFalse();

    Replayed replayed = new Replayed();
    try (LogFile again = LogFile.open("disk", disk, SMALL, THREADS, replayed)) {
      assertThat(replayed.records()).startsWith(acknowledged.toArray(String[]::new));
      assertThat(replayed.records().size()).isLessThanOrEqualTo(acknowledged.size() + 1);
      assertThat(await(again.append(1, bytes("x")))).isEqualTo(replayed.records().size() + 1);
    }
  }

  @Test
  void aFullDiskFailsTheSnapshotOnly() {
    FakeDisk disk = new FakeDisk();
    try (LogFile log = LogFile.open("disk", disk, SMALL, THREADS, new Replayed())) {
      await(log.append(1, bytes("a")));
      disk.limitTo(disk.used() + 1_000);
      assertThatThrownBy(() -> log.snapshot(1, 1, out -> out.write(new byte[100_000])))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("No space left on device");
      assertThat(disk.list()).noneMatch(name -> name.endsWith(".tmp"));
      assertThat(await(log.append(1, bytes("b")))).isEqualTo(2);
    }
    Replayed replayed = new Replayed();
    LogFile.open("disk", disk, SMALL, THREADS, replayed).close();
    assertThat(replayed.records()).containsExactly("a", "b");
  }

  @Test
  void whatIsQueuedDuringAForceIsWrittenTogether() throws Exception {
    FakeDisk disk = new FakeDisk();
    OpenOptions options = OpenOptions.defaults();
    try (LogFile log = LogFile.open("disk", disk, options, THREADS, new Replayed())) {
      CountDownLatch inForce = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      disk.beforeForce(
          () -> {
            inForce.countDown();
            awaitQuietly(goOn);
          });
      log.append(1, bytes("alone"));
      inForce.await();
      List<CompletionStage<Long>> queued = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        queued.add(log.append(1, bytes("queued")));
      }
      int forces = disk.forces();
      goOn.countDown();
      queued.forEach(LogFileTest::await);
      assertThat(disk.forces() - forces).isEqualTo(2); // of the lone one, and of all others
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
