package io.swarm4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.SimulatedSwarm;
import io.swarm4j.Swarm;
import io.swarm4j.junit.SwarmAssertions;
import io.swarm4j.junit.SwarmSetup;
import io.swarm4j.junit.SwarmTest;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.sim.Fault;
import io.swarm4j.sim.FaultScript;
import io.swarm4j.sim.NetworkConditions;
import io.swarm4j.sim.SimulatedImage;
import java.time.Duration;
import java.util.List;

/** The code that docs/simulation.md shows. */
class SimulationTest {

  @SwarmTest(managers = 3, workers = 5, seeds = 20)
  void webSurvivesTheLossOfItsNode(SimulatedSwarm sim, Swarm swarm, FaultScript faults) {
    swarm.services().create(ServiceSpec.of("web", "nginx").withReplicas(3));
    sim.awaitConverged("web");

    faults.now(Fault.powerOff("w1"));
    sim.pass(Duration.ofSeconds(30));

    assertThat(sim.running("web")).hasSize(3);
  }

  @SwarmTest(managers = 3, workers = 5)
  void faultsComeByScriptOrFromTheSeed(SimulatedSwarm sim, Swarm swarm, FaultScript faults) {
    swarm.services().create(ServiceSpec.of("web", "nginx").withReplicas(3));

    faults
        .at(Duration.ofSeconds(5), Fault.crash("web", 1))
        .during(Duration.ofSeconds(10), Duration.ofSeconds(40), Fault.isolation("w2"))
        .during(
            Duration.ofSeconds(20),
            Duration.ofSeconds(50),
            Fault.partition(List.of("m1"), List.of("m2", "m3")))
        .after(view -> view.taskCount() > 3, Fault.leaderLoss())
        .withProbability(0.1, Duration.ofSeconds(1), Fault.leadershipLoss())
        .random(Duration.ofMinutes(2), 5);
    sim.network().conditions(NetworkConditions.POOR);
    sim.pass(Duration.ofMinutes(3));

    sim.cluster().heal();
    sim.awaitConverged("web");
  }

  @SwarmTest(setup = Slow.class)
  void imagesAreAsSlowAndAsFragileAsTheyAreTold(SimulatedSwarm sim, Swarm swarm) {
    swarm.services().create(ServiceSpec.of("batch", "batch"));
    SwarmAssertions.assertRunning(swarm, "batch", 1, Duration.ofMinutes(1));

    sim.pass(Duration.ofMinutes(5));

    assertThat(swarm.services().tasks("batch")).hasSizeGreaterThan(1);
  }

  static final class Slow implements SwarmSetup {
    @Override
    public void simulated(SimulatedSwarm.Builder swarm) {
      swarm.image(
          "batch",
          SimulatedImage.builder()
              .prepareDelay(Duration.ofSeconds(20))
              .exitAfter(Duration.ofMinutes(2))
              .exitCode(1)
              .build());
    }
  }
}
