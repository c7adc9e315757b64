package io.swarm4j.examples;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.swarm4j.internal.SimulatedEngine;
import io.swarm4j.sim.Scenario;
import io.swarm4j.sim.Scenarios;
import io.swarm4j.sim.Simulation;
import io.swarm4j.sim.Simulation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code examples/run simulate}: puts simulated swarms through stories, and checks invariants. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description =
        "Puts simulated swarms through stories drawn from seeds, and checks that the engine keeps"
            + " its invariants and heals. A story that breaks one is cut down to what is needed.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all runs were sound", "1:an invariant was broken", "2:wrong usage"})
final class Simulate implements Callable<Integer> {
  private static final int MOST_EXPLAINED = 3;

  @Option(
      names = "--seeds",
      description = "How many seeds, shared out to the scenarios (default: ${DEFAULT-VALUE})")
  private long seeds = 100;

  @Option(names = "--seed", description = "The first seed (default: ${DEFAULT-VALUE})")
  private long first = 1;

  @Option(names = "--scenario", description = "Only this scenario, from all seeds (see --list)")
  private @Nullable String name;

  @Option(names = "--list", description = "Lists the scenarios")
  private boolean list;

  @Option(
      names = "--hashes",
      description = "Prints the hash of every trace, to be compared with that of another machine")
  private boolean hashes;

  @Option(
      names = "--threads",
      description = "Runs that go on at a time (default: the number of CPUs)")
  private int threads = Runtime.getRuntime().availableProcessors();

  private record Job(Scenario scenario, long seed) {}

  @Override
  public Integer call() throws Exception {
    if (System.getenv("SWARM_LOG") == null) { // what goes wrong on purpose is no news
      ((Logger) LoggerFactory.getLogger("io.swarm4j")).setLevel(Level.ERROR);
    }
    if (list) {
      for (Scenario scenario : Scenarios.all()) {
        System.out.printf("%-20s %s%n", scenario.name(), scenario.description());
      }
      return 0;
    }
    List<Scenario> chosen =
        Scenarios.all().stream().filter(s -> name == null || s.name().equals(name)).toList();
    if (chosen.isEmpty()) {
      System.err.println(
          "simulate: there is no scenario '"
              + name
              + "'; there are "
              + String.join(", ", Scenarios.all().stream().map(Scenario::name).toList()));
      return 2;
    }
    if (seeds < 1 || threads < 1) {
      System.err.println("simulate: --seeds and --threads must be 1 or more");
      return 2;
    }
    return run(jobs(chosen));
  }

  private List<Job> jobs(List<Scenario> chosen) {
    List<Job> jobs = new ArrayList<>();
    for (long i = 0; i < seeds; i++) {
      jobs.add(new Job(chosen.get((int) (i % chosen.size())), first + i / chosen.size()));
    }
    return jobs;
  }

  private int run(List<Job> jobs) throws Exception {
    SimulateProgress progress = new SimulateProgress(jobs.size());
    List<Job> broken = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Outcome>> outcomes = new ArrayList<>();
      for (Job job : jobs) {
        outcomes.add(
            pool.submit(() -> new Simulation(new SimulatedEngine(), job.scenario).run(job.seed)));
      }
      for (int i = 0; i < jobs.size(); i++) {
        Job job = jobs.get(i);
        Outcome outcome = outcomes.get(i).get();
        outcomes.set(i, null);
        if (hashes) {
          System.out.printf("%s %d %s%n", job.scenario.name(), job.seed, outcome.hash());
        }
        if (outcome.violation() != null) {
          broken.add(job);
          progress.interrupt();
          explain(job, outcome, broken.size());
        }
        progress.done(outcome);
      }
    } finally {
      pool.shutdownNow();
    }
    progress.finish(broken.size());
    return broken.isEmpty() ? 0 : 1;
  }

  private static void explain(Job job, Outcome outcome, int count) {
    if (count <= MOST_EXPLAINED) {
      System.out.println(new Simulation(new SimulatedEngine(), job.scenario).explain(outcome));
    } else {
      System.out.printf(
          Locale.ROOT,
          "scenario %s, seed %d: %s%n",
          job.scenario.name(),
          job.seed,
          outcome.violation() == null ? "" : outcome.violation().invariant());
    }
  }
}
