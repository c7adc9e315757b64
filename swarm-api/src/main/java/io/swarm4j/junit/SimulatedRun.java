package io.swarm4j.junit;

import io.swarm4j.SimulatedSwarm;
import io.swarm4j.Swarm;
import io.swarm4j.sim.FaultScript;
import io.swarm4j.time.VirtualTime;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A run with a simulated swarm that follows from a seed. */
final class SimulatedRun extends SwarmRun<SimulatedSwarm> {
  private final long seed;

  SimulatedRun(SwarmTest test, long seed) {
    super(test);
    this.seed = seed;
  }

  @Override
  public String getDisplayName(int invocation) {
    return "seed " + seed;
  }

  @Override
  SimulatedSwarm start() {
    SimulatedSwarm.Builder builder =
        SimulatedSwarm.builder().managers(test().managers()).workers(test().workers()).seed(seed);
    setup().simulated(builder);
    return builder.start();
  }

  @Override
  List<Class<?>> types() {
    return List.of(Swarm.class, SimulatedSwarm.class, FaultScript.class, VirtualTime.class);
  }

  @Override
  Map<Class<?>, Supplier<Object>> parameters(SimulatedSwarm running) {
    return Map.of(
        Swarm.class,
        running::swarm,
        SimulatedSwarm.class,
        () -> running,
        FaultScript.class,
        running::faults,
        VirtualTime.class,
        () -> running.cluster().time());
  }

  /** Checks once more, or shows what led to the failure. */
  @Override
  void finish(SimulatedSwarm running, ExtensionContext context) {
    Throwable failure = context.getExecutionException().orElse(null);
    if (failure == null) {
      running.check();
      return;
    }
    failure.addSuppressed(new Timeline(running, context));
    context.publishReportEntry(
        Map.of(
            "swarm4j.seed", Long.toString(seed),
            "swarm4j.timeline", String.join("\n", running.trace().newest())));
  }

  /** What happened last in the swarm of a test that failed, and how to see it again. */
  private static final class Timeline extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Timeline(SimulatedSwarm swarm, ExtensionContext context) {
      super(
          "what happened last in the swarm, up to "
              + swarm.elapsed()
              + " of virtual time:\n    "
              + String.join("\n    ", swarm.trace().newest())
              + "\n  run it again with -Dswarm4j.seed="
              + swarm.seed()
              + " and the test "
              + context.getRequiredTestClass().getSimpleName()
              + "#"
              + context.getRequiredTestMethod().getName(),
          null,
          false,
          false);
    }
  }
}
