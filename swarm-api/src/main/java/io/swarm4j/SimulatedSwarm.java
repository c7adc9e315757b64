package io.swarm4j;

import io.swarm4j.internal.SimulatedEngine;
import io.swarm4j.internal.SimulatedHost;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.sim.FaultScript;
import io.swarm4j.sim.SimulatedCluster;
import io.swarm4j.sim.SimulatedImage;
import io.swarm4j.sim.SimulatedNetwork;
import io.swarm4j.sim.SimulationOptions;
import io.swarm4j.sim.Trace;
import java.time.Duration;
import java.util.List;

/**
 * A whole swarm that follows from a seed: real managers, a simulated network and simulated nodes,
 * all on virtual time.
 *
 * <pre>{@code
 * try (SimulatedSwarm sim = SimulatedSwarm.builder().managers(3).workers(5).seed(42).start()) {
 *   sim.swarm().services().create(ServiceSpec.of("web", "nginx").withReplicas(3));
 *   sim.faults().at(Duration.ofSeconds(5), Fault.powerOff("w1"));
 *   sim.awaitConverged("web");
 * }
 * }</pre>
 *
 * <p>Time passes while something is waited for, as fast as the machine can follow, and stands still
 * otherwise. The invariants of the engine are checked after each step; a breach is thrown, as
 * {@link io.swarm4j.sim.InvariantViolation}, out of the call that let time pass. Not thread-safe:
 * one thread owns it, and several swarms are independent of each other.
 */
public final class SimulatedSwarm implements AutoCloseable {
  private static final Duration TIME_TO_CONVERGE = Duration.ofMinutes(10);

  private final SimulatedCluster cluster;
  private final Swarm swarm;

  private SimulatedSwarm(SimulatedCluster cluster) {
    this.cluster = cluster;
    this.swarm = Swarm.on(new SimulatedHost(cluster));
  }

  /** Starts to describe a swarm; one manager and no workers unless said otherwise. */
  public static Builder builder() {
    return new Builder();
  }

  /** The swarm as its users know it. What blocks in a real swarm lets virtual time pass here. */
  public Swarm swarm() {
    return swarm;
  }

  /** Faults by script, or drawn from the seed. */
  public FaultScript faults() {
    return cluster.faults();
  }

  /** The network between the machines. */
  public SimulatedNetwork network() {
    return cluster.network();
  }

  /** Machines, runtimes and replicas in person. */
  public SimulatedCluster cluster() {
    return cluster;
  }

  /** What has happened so far; the same seed gives the same trace. */
  public Trace trace() {
    return cluster.trace();
  }

  /** The seed from which it all follows. */
  public long seed() {
    return cluster.options().seed();
  }

  /** Lets a span of virtual time pass. */
  public void pass(Duration span) {
    cluster.pass(span);
  }

  /** Virtual time since the start. */
  public Duration elapsed() {
    return cluster.time().elapsed();
  }

  /**
   * Lets time pass until a service is what its spec says, for at most ten minutes.
   *
   * @throws AssertionError if it does not become so, with what holds it up and what happened last
   */
  public Service awaitConverged(String service) {
    Convergence outcome = swarm.services().await(service, TIME_TO_CONVERGE);
    if (outcome instanceof Convergence.Converged converged) {
      return converged.service();
    }
    throw failure("service " + service + " did not converge: " + outcome);
  }

  /** Tasks of a service that run and are wanted, by slot. */
  public List<Task> running(String service) {
    return swarm.services().tasks(service).stream()
        .filter(task -> task.isDesiredAlive() && task.state() == TaskState.RUNNING)
        .toList();
  }

  /**
   * Checks every invariant on the whole state.
   *
   * @throws io.swarm4j.sim.InvariantViolation if one does not hold
   */
  public void check() {
    cluster.check();
  }

  /** An error that shows what happened last, and the seed. */
  public AssertionError failure(String text) {
    return new AssertionError(
        text
            + "\n  seed: "
            + seed()
            + ", at "
            + elapsed()
            + " of virtual time; what happened last:\n    "
            + String.join("\n    ", trace().newest()));
  }

  @Override
  public void close() {
    swarm.close();
  }

  /** Describes a simulated swarm. Not thread-safe. */
  public static final class Builder {
    private final SimulationOptions.Builder options = SimulationOptions.of(new SimulatedEngine());

    private Builder() {}

    /** From which all chance follows; 1 unless set. */
    public Builder seed(long seed) {
      options.seed(seed);
      return this;
    }

    /** Number of managers, m1, m2, …; they run tasks, too. */
    public Builder managers(int count) {
      options.managers(count);
      return this;
    }

    /** Number of workers, w1, w2, …. */
    public Builder workers(int count) {
      options.workers(count);
      return this;
    }

    /** Settings of the swarm. */
    public Builder cluster(ClusterSpec spec) {
      options.cluster(spec);
      return this;
    }

    /** How tasks of an image behave; those of others do everything at once and run for ever. */
    public Builder image(String image, SimulatedImage behaviour) {
      options.image(image, behaviour);
      return this;
    }

    /** What each node says that it has; 4 CPUs and 16 GiB unless set. */
    public Builder nodeResources(Resources resources) {
      options.nodeResources(resources);
      return this;
    }

    /** Lines of the trace that are kept to be shown when something fails; 200 unless set. */
    public Builder keptTrace(int lines) {
      options.keptTrace(lines);
      return this;
    }

    /** Starts the swarm; returns when it has a leader and all nodes are ready. */
    public SimulatedSwarm start() {
      return new SimulatedSwarm(SimulatedCluster.start(options.build()));
    }
  }
}
