package io.swarm4j.sim;

import static io.swarm4j.model.Node.Availability.ACTIVE;

import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.orchestrator.ServiceWrites;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Puts simulated swarms through a {@link Scenario}: sets up the swarm, lets the story happen, ends
 * all faults, and waits until the swarm is what its specs say.
 *
 * <p>The same scenario and seed give the same run. Thread-safe.
 */
public final class Simulation {
  /** Virtual time that a swarm has to become what its specs say once all faults have ceased. */
  static final Duration TIME_TO_SETTLE = Duration.ofMinutes(30);

  private static final Duration QUIET = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final SimulatedParts parts;
  private final Scenario scenario;

  public Simulation(SimulatedParts parts, Scenario scenario) {
    this.parts = parts;
    this.scenario = scenario;
  }

  /**
   * How a run came out.
   *
   * @param seed from which it followed
   * @param hash of its trace
   * @param lines of its trace
   * @param span virtual time that passed
   * @param violation what did not hold; null if all did
   */
  public record Outcome(
      long seed, String hash, long lines, Duration span, @Nullable InvariantViolation violation) {}

  /** Runs the story that follows from a seed. */
  public Outcome run(long seed) {
    List<Plan.Step> steps = scenario.plan(seed).steps();
    return play(seed, steps, 200);
  }

  /**
   * Finds the shortest story that still breaks the same invariant as the whole one.
   *
   * @param failed the outcome of {@link #run}
   * @return text for people: what broke, the story, its trace, and how to see it again
   */
  public String explain(Outcome failed) {
    InvariantViolation whole = Objects.requireNonNull(failed.violation(), "the run was sound");
    List<Plan.Step> steps = scenario.plan(failed.seed()).steps();
    BitSet needed =
        Shrinker.shrink(
            steps.size(),
            kept -> {
              InvariantViolation found = play(failed.seed(), chosen(steps, kept), 0).violation();
              return found != null && found.invariant().equals(whole.invariant());
            });
    List<Plan.Step> story = chosen(steps, needed);
    InvariantViolation shortest =
        Objects.requireNonNullElse(play(failed.seed(), story, 60).violation(), whole);
    return new Report(scenario, failed.seed(), steps.size(), story, shortest).text();
  }

  private static List<Plan.Step> chosen(List<Plan.Step> steps, BitSet kept) {
    List<Plan.Step> chosen = new ArrayList<>();
    kept.stream().forEach(index -> chosen.add(steps.get(index)));
    return chosen;
  }

  private Outcome play(long seed, List<Plan.Step> steps, int keptTrace) {
    SimulationOptions options =
        scenario
            .swarm()
            .apply(SimulationOptions.of(parts).managers(3).workers(5))
            .seed(seed)
            .keptTrace(keptTrace)
            .build();
    SimulatedCluster cluster = SimulatedCluster.create(options);
    InvariantViolation violation = null;
    try {
      cluster.open();
      happen(cluster, steps);
      cluster.heal();
      activateNodes(cluster);
      settle(cluster);
    } catch (InvariantViolation found) {
      violation = found;
    } catch (RuntimeException fault) {
      violation = cluster.supervision().violation("nothing fails unexpectedly", fault.toString());
      violation.initCause(fault);
    }
    Outcome outcome =
        new Outcome(
            seed,
            cluster.trace().hash(),
            cluster.trace().count(),
            cluster.time().elapsed(),
            violation);
    cluster.close();
    return outcome;
  }

  private static void happen(SimulatedCluster cluster, List<Plan.Step> steps) {
    Duration end = Duration.ZERO;
    for (Plan.Step step : steps) {
      cluster.users().schedule(step.at(), () -> step.action().accept(cluster));
      end = end.compareTo(step.at()) > 0 ? end : step.at();
      Duration until = step.until();
      Consumer<SimulatedCluster> ending = step.end();
      if (until != null && ending != null) {
        cluster.users().schedule(until, () -> ending.accept(cluster));
        end = end.compareTo(until) > 0 ? end : until;
      }
    }
    cluster.pass(end.plusMillis(1));
  }

  /**
   * Waits until the swarm is what its specs say. Users then let roll-outs go on that are paused, so
   * that nothing is left that only waits for them.
   */
  private static void settle(SimulatedCluster cluster) {
    converge(cluster, Settled::problems);
    cluster.pass(QUIET);
    cluster.check();
    if (!paused(cluster).isEmpty()) {
      resume(cluster);
    }
    List<String> wrong =
        cluster.options().parts().inconsistencies(cluster.leaderComponents(), cluster.view());
    if (!wrong.isEmpty()) {
      cluster.supervision().missed("components remember what the state says", wrong.toString());
    }
  }

  private static void resume(SimulatedCluster cluster) {
    for (Service service : paused(cluster)) {
      Users.update(cluster, service.name(), UnaryOperator.identity());
    }
    converge(cluster, Simulation::problemsWithoutPause);
    cluster.pass(QUIET);
    cluster.check();
  }

  private static List<Service> paused(SimulatedCluster cluster) {
    return cluster.view().services().stream().filter(ServiceWrites::isPaused).toList();
  }

  private static List<String> problemsWithoutPause(SimulatedCluster cluster) {
    List<String> problems = new ArrayList<>(Settled.problems(cluster));
    paused(cluster)
        .forEach(
            service ->
                problems.add(
                    "service " + service.name() + " is paused: " + service.updateStatus()));
    return problems;
  }

  private static void converge(
      SimulatedCluster cluster, Function<SimulatedCluster, List<String>> look) {
    Duration deadline = cluster.time().elapsed().plus(TIME_TO_SETTLE);
    List<String> problems = look.apply(cluster);
    while (!problems.isEmpty() && cluster.time().elapsed().compareTo(deadline) < 0) {
      activateNodes(cluster);
      cluster.pass(LOOK);
      problems = look.apply(cluster);
    }
    if (!problems.isEmpty()) {
      cluster
          .supervision()
          .missed(
              "desired and actual converge within a bound once faults cease",
              "after " + TIME_TO_SETTLE + ": " + problems.stream().limit(5).toList());
    }
  }

  /** Asks for what users want of nodes again, which may have been lost with a leader. */
  private static void activateNodes(SimulatedCluster cluster) {
    for (String machine : cluster.machines()) {
      Node node = cluster.view().node(cluster.node(machine));
      if (node != null && node.spec().availability() != ACTIVE) {
        Users.node(cluster, machine, spec -> spec.withAvailability(ACTIVE));
      }
    }
  }
}
