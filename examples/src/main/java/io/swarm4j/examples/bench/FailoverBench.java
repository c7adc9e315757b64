package io.swarm4j.examples.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;

/**
 * Three managers, each a process, of which the leading one is killed again and again while six
 * clients write by way of all three: how long until a write that was asked for after the kill is
 * confirmed, and whether each confirmed write was applied exactly once.
 */
final class FailoverBench {
  private static final int KILLS_PER_SAMPLE = 10;
  private static final int MANAGERS = 3;
  private static final int WRITERS = 6;
  private static final int LOAD_MILLIS = 1000;
  private static final int CATCH_UP_MILLIS = 50;

  private final List<BenchProcess> managers = new ArrayList<>();
  private final List<CountingWriter> writers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private int survivor; // an index of a manager that knows who leads
  private final AtomicReference<Kill> open = new AtomicReference<>();

  /**
   * One kill.
   *
   * @param begun when it was asked for
   * @param done when the process was gone: a write that was asked for later is one for the next
   *     leader
   */
  private record Kill(long begun, long done, CompletableFuture<Double> recovered) {}

  private FailoverBench() {}

  static List<Measurement> run(int samples) {
    return new FailoverBench().measure(samples * KILLS_PER_SAMPLE);
  }

  private List<Measurement> measure(int kills) {
    double[] seconds = new double[kills];
    try (BenchFolder folder = BenchFolder.make()) {
      try {
        start(folder);
        for (int i = 0; i < kills; i++) {
          seconds[i] = killLeader();
        }
        finish();
      } finally {
        writers.forEach(CountingWriter::stop);
        managers.forEach(BenchProcess::close);
      }
    }
    double[] sorted = seconds.clone();
    Arrays.sort(sorted);
    String load =
        String.format("%,d writes", writers.stream().mapToLong(CountingWriter::writes).sum());
    return List.of(
        new Measurement("failover: kill to next write", "s", seconds, false, 2, load),
        new Measurement(
            "failover: the same, p99",
            "s",
            new double[] {sorted[(int) Math.ceil(kills * 0.99) - 1]},
            false,
            2,
            kills + " kills"),
        count("failover: confirmed writes lost", writers.stream().mapToLong(CountingWriter::lost)),
        count(
            "failover: writes applied twice",
            writers.stream().mapToLong(CountingWriter::repeated)));
  }

  private static Measurement count(String name, LongStream counts) {
    return new Measurement(name, "writes", new double[] {counts.sum()}, false, 0, "");
  }

  private void start(BenchFolder folder) {
    List<String> flags = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    for (int i = 1; i <= MANAGERS; i++) {
      managers.add(new BenchProcess(folder.path(), "m" + i, flags));
    }
    BenchProcess first = managers.get(0);
    first.get("init");
    String invitation = first.get("token MANAGER") + " " + first.get("address");
    managers.stream().skip(1).forEach(other -> other.get("join " + invitation));
    for (int i = 0; i < WRITERS; i++) {
      first.get("create counter" + i);
    }
    awaitComplete(first);
    for (int i = 0; i < WRITERS; i++) {
      CountingWriter writer =
          new CountingWriter("counter" + i, managers, i % MANAGERS, this::acknowledged);
      writers.add(writer);
      Thread thread = new Thread(writer, "bench-writer-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private static void awaitComplete(BenchProcess any) {
    if (!any.get("complete " + MANAGERS).equals("true")) {
      throw new IllegalStateException("a manager did not come back");
    }
  }

  private void acknowledged(long asked, long confirmed) {
    Kill kill = open.get();
    if (kill != null && asked > kill.done) {
      kill.recovered.complete((confirmed - kill.begun) / 1e9);
    }
  }

  private double killLeader() {
    sleep(LOAD_MILLIS);
    BenchProcess leader = leader();
    long begun = System.nanoTime();
    leader.kill();
    Kill kill = new Kill(begun, System.nanoTime(), new CompletableFuture<>());
    open.set(kill);
    double seconds = kill.recovered.orTimeout(60, TimeUnit.SECONDS).join();
    System.err.printf("%s killed, next write after %.2f s%n", leader.name(), seconds);
    leader.restart();
    survivor = managers.get(0) == leader ? 1 : 0;
    awaitComplete(managers.get(survivor));
    awaitCaughtUp(leader);
    return seconds;
  }

  /** Until a manager that was started again has all that another one had by then. */
  private void awaitCaughtUp(BenchProcess restarted) {
    long there = revision(managers.get(survivor));
    while (revision(restarted) < there) {
      sleep(CATCH_UP_MILLIS);
    }
  }

  private static long revision(BenchProcess manager) {
    return Long.parseLong(manager.get("revision"));
  }

  private BenchProcess leader() {
    String name = managers.get(survivor).get("leader");
    return managers.stream()
        .filter(manager -> manager.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void finish() {
    writers.forEach(CountingWriter::stop);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
      }
    }
    BenchProcess any = managers.get(survivor);
    writers.forEach(writer -> writer.checkEnd(any));
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
