package io.swarm4j.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.Executor;

/** The calls that the engine leaves to {@code io.swarm4j.time}, or to its host. */
final class Forbidden {

  /** Every method of these classes, and their constructors. */
  private static final Set<String> CLASSES =
      Set.of(
          "java.util.concurrent.Executors",
          "java.util.concurrent.ThreadLocalRandom",
          "java.util.random.RandomGenerator",
          "java.util.random.RandomGeneratorFactory");

  /** Some methods of others, and of what extends them. */
  private static final Map<String, Set<String>> METHODS =
      Map.ofEntries(
          Map.entry("java.lang.System", Set.of("currentTimeMillis", "nanoTime")),
          Map.entry("java.lang.Math", Set.of("random")),
          Map.entry("java.lang.StrictMath", Set.of("random")),
          Map.entry(
              "java.lang.Thread", Set.of("sleep", "startVirtualThread", "ofVirtual", "ofPlatform")),
          Map.entry("java.util.UUID", Set.of("randomUUID")),
          Map.entry("java.util.Calendar", Set.of("getInstance")),
          Map.entry("java.util.Collection", Set.of("parallelStream")),
          Map.entry("java.util.stream.BaseStream", Set.of("parallel")),
          Map.entry("java.util.concurrent.TimeUnit", Set.of("sleep", "timedWait", "timedJoin")),
          Map.entry("java.util.concurrent.locks.LockSupport", Set.of("parkNanos", "parkUntil")),
          Map.entry("java.util.concurrent.ForkJoinPool", Set.of("commonPool")),
          Map.entry(
              "java.util.concurrent.CompletableFuture",
              Set.of("delayedExecutor", "orTimeout", "completeOnTimeout")),
          Map.entry("java.security.SecureRandom", Set.of("getInstance", "getInstanceStrong")),
          Map.entry("java.time.Clock", Set.of("tickMillis", "tickSeconds", "tickMinutes")),
          Map.entry("java.time.InstantSource", Set.of("system")));

  private static final Map<String, Set<String>> HOST =
      Map.of(
          "java.lang.System", Set.of("exit"),
          "java.lang.Runtime", Set.of("exit", "halt", "addShutdownHook"),
          "java.lang.Thread", Set.of("setDefaultUncaughtExceptionHandler"));

  private Forbidden() {}

  /** Asks the JVM for the time, a sleep, a thread or chance. */
  static DescribedPredicate<JavaAccess<?>> timeThreadsAndChance() {
    return DescribedPredicate.describe(
        "ask the JVM for time, threads or chance",
        access ->
            access.getTarget() instanceof CodeUnitAccessTarget target
                && (isListed(target, METHODS)
                    || CLASSES.contains(target.getOwner().getName())
                    || asksForTime(target)
                    || makesThreadsOrChance(target)
                    || runsOnTheCommonPool(target)));
  }

  /** Ends the JVM, or changes what happens at its end or on its other threads. */
  static DescribedPredicate<JavaAccess<?>> theHost() {
    return DescribedPredicate.describe(
        "lay hands on the JVM that hosts the engine",
        access ->
            access.getTarget() instanceof CodeUnitAccessTarget target && isListed(target, HOST));
  }

  private static boolean isListed(
      CodeUnitAccessTarget target, Map<String, Set<String>> methodsOfClasses) {
    return methodsOfClasses.entrySet().stream()
        .anyMatch(
            entry ->
                entry.getValue().contains(target.getName())
                    && target.getOwner().isAssignableTo(entry.getKey()));
  }

  private static boolean asksForTime(CodeUnitAccessTarget target) {
    JavaClass owner = target.getOwner();
    boolean takesClock =
        target.getRawParameterTypes().stream().anyMatch(t -> t.isEquivalentTo(Clock.class));
    return (owner.getPackageName().startsWith("java.time")
            && target.getName().equals("now")
            && !takesClock)
        || (owner.isEquivalentTo(Clock.class) && target.getName().startsWith("system"))
        || (owner.isEquivalentTo(java.util.Date.class)
            && isConstructor(target)
            && target.getRawParameterTypes().isEmpty())
        || (owner.isEquivalentTo(Object.class)
            && target.getName().equals("wait")
            && !target.getRawParameterTypes().isEmpty());
  }

  private static boolean makesThreadsOrChance(CodeUnitAccessTarget target) {
    JavaClass owner = target.getOwner();
    boolean ofTheJdk = owner.getPackageName().startsWith("java.");
    return (isConstructor(target)
            && ofTheJdk
            && (owner.isAssignableTo(Thread.class)
                || owner.isAssignableTo(Timer.class)
                || owner.isAssignableTo(Executor.class)
                || owner.isAssignableTo("java.util.random.RandomGenerator")))
        || (owner.isEquivalentTo(java.util.Collections.class)
            && target.getName().equals("shuffle")
            && target.getRawParameterTypes().stream()
                .noneMatch(t -> t.isEquivalentTo(Random.class)));
  }

  private static boolean runsOnTheCommonPool(CodeUnitAccessTarget target) {
    return Arrays.asList(
                "java.util.concurrent.CompletableFuture", "java.util.concurrent.CompletionStage")
            .contains(target.getOwner().getName())
        && target.getName().endsWith("Async")
        && target.getRawParameterTypes().stream().noneMatch(t -> t.isEquivalentTo(Executor.class));
  }

  private static boolean isConstructor(CodeUnitAccessTarget target) {
    return target.getName().equals("<init>");
  }
}
