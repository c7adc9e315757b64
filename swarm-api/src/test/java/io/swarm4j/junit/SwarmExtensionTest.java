package io.swarm4j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.swarm4j.SimulatedSwarm;
import io.swarm4j.Swarm;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.sim.Fault;
import io.swarm4j.sim.FaultScript;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class SwarmExtensionTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @SwarmTest(managers = 3, workers = 5, seeds = 3)
  void aServiceSurvivesTheLossOfANode(Swarm swarm, FaultScript faults) {
    swarm.services().create(ServiceSpec.of("web", "nginx").withReplicas(5));
    SwarmAssertions.assertConverges(swarm, "web", LIMIT);

    faults.now(Fault.powerOff("w1"));
    SwarmAssertions.assertNode(swarm, "w1", NodeState.DOWN, LIMIT);

    SwarmAssertions.assertRunning(swarm, "web", 5, LIMIT);
    SwarmAssertions.assertSound(swarm);
  }

  @SwarmTest
  void allParametersBelongToTheSameSwarm(SimulatedSwarm sim, Swarm swarm, VirtualTime time) {
    assertThat(sim.swarm()).isSameAs(swarm);
    assertThat(sim.cluster().time()).isSameAs(time);
    assertThat(swarm.nodes().list()).hasSize(3);
  }

  @SwarmTest(kind = SwarmTest.Kind.IN_JVM, setup = Hello.class)
  void aRealSwarmServesTheSameTests(Swarm swarm) throws Exception {
    try (SoundnessWatch watch = SwarmAssertions.watchSoundness(swarm)) {
      swarm.services().create(ServiceSpec.of("web", "hello").withReplicas(2));

      SwarmAssertions.assertConverges(swarm, "web", Duration.ofSeconds(60));
      assertThat(watch.breaches()).isEmpty();
    }
    SwarmAssertions.assertSound(swarm);
  }

  static final class Hello implements SwarmSetup {
    @Override
    public void inJvm(Swarm.Builder swarm) {
      swarm.image("hello", task -> task.awaitStop());
    }
  }

  @Test
  void aFailureShowsTheTimelineAndHowToRunItAgain() {
    List<Throwable> failures = run(builder -> builder.selectors(selectClass(Failing.class)));

    assertThat(failures).hasSize(2);
    assertThat(failures.get(0).getSuppressed()[0])
        .hasMessageContaining("task web.1")
        .hasMessageContaining("-Dswarm4j.seed=1 and the test Failing#fails");
  }

  @Test
  void aSingleSeedIsRunAgainOnRequest() {
    List<Throwable> failures =
        run(
            builder ->
                builder
                    .selectors(selectClass(Failing.class))
                    .configurationParameter("swarm4j.seed", "77"));

    assertThat(failures).hasSize(1);
    assertThat(failures.get(0).getSuppressed()[0]).hasMessageContaining("-Dswarm4j.seed=77");
  }

  private static List<Throwable> run(
      java.util.function.UnaryOperator<LauncherDiscoveryRequestBuilder> tests) {
    List<Throwable> failures = new ArrayList<>();
    LauncherDiscoveryRequest request =
        tests.apply(LauncherDiscoveryRequestBuilder.request()).build();
    LauncherFactory.create()
        .execute(
            request,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(failures::add);
              }
            });
    return failures;
  }

  /** Run by the tests above only; surefire takes classes that are named as tests. */
  static final class Failing {
    @SwarmTest(seeds = 2)
    void fails(SimulatedSwarm sim) {
      sim.swarm().services().create(ServiceSpec.of("web", "nginx"));
      sim.awaitConverged("web");
      throw new AssertionError("on purpose");
    }
  }
}
