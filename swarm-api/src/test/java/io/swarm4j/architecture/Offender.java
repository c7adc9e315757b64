package io.swarm4j.architecture;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Breaks the rules, once per method, so that their test can see that they are found. Never run. */
@SuppressWarnings({"JavaUtilDate", "UnusedVariable"})
final class Offender {

  private Offender() {}

  static class Clockwork {
    long millis() {
      return System.currentTimeMillis();
    }

    LongSupplier nanosByReference() {
      return System::nanoTime;
    }

    LongSupplier nanosInLambda() {
      return () -> System.nanoTime() + 1;
    }

    Instant instant() {
      return Instant.now();
    }

    LocalDateTime dateTime() {
      return LocalDateTime.now(ZoneOffset.UTC);
    }

    Clock clock() {
      return Clock.systemUTC();
    }

    Date date() {
      return new Date();
    }

    void sleeps() throws InterruptedException {
      Thread.sleep(1);
    }

    void sleepsByUnit() throws InterruptedException {
      TimeUnit.SECONDS.sleep(1);
    }

    void parks() {
      LockSupport.parkNanos(1);
    }

    Thread thread() {
      return new Thread(() -> {});
    }

    Executor executor() {
      return Executors.newCachedThreadPool();
    }

    Executor pool() {
      return new ForkJoinPool();
    }

    Timer timer() {
      return new Timer();
    }

    Future<?> commonPool() {
      return CompletableFuture.runAsync(() -> {});
    }

    Future<?> timesOut(CompletableFuture<?> future) {
      return future.orTimeout(1, TimeUnit.SECONDS);
    }

    void parallel(List<?> list) {
      list.parallelStream().forEach(x -> {});
    }

    Random random() {
      return new Random();
    }

    Random seededRandom() {
      return new Random(1);
    }

    SplittableRandom splittable() {
      return new SplittableRandom(1);
    }

    SecureRandom secure() {
      return new SecureRandom();
    }

    RandomGenerator generator() {
      return RandomGenerator.getDefault();
    }

    int threadLocal() {
      return ThreadLocalRandom.current().nextInt();
    }

    double math() {
      return Math.random();
    }

    UUID uuid() {
      return UUID.randomUUID();
    }

    void shuffles(List<?> list) {
      Collections.shuffle(list);
    }
  }

  static class Decent {
    Instant now(Clock clock) {
      return Instant.now(clock);
    }

    Future<?> async(Executor executor) {
      return CompletableFuture.runAsync(() -> {}, executor);
    }

    void shuffles(List<?> list, Random random) {
      Collections.shuffle(list, random);
    }

    Date date(Instant instant) {
      return new Date(instant.toEpochMilli());
    }
  }

  static class Host {
    void exits() {
      System.exit(1);
    }

    void halts() {
      Runtime.getRuntime().halt(1);
    }

    void hooks(Thread thread) {
      Runtime.getRuntime().addShutdownHook(thread);
    }

    void handles() {
      Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {});
    }
  }

  /** Shows java.util.concurrent in three places, and uses it unseen in two. */
  public abstract static class Leak implements Callable<String> {
    protected ExecutorService field;
    private ExecutorService unseen;

    public abstract void nested(List<Future<String>> futures);

    abstract void alsoUnseen(ExecutorService executor);
  }
}
