package io.swarm4j.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulator finds what is built into the engine on purpose, and shows it briefly. */
class DefectsTest {
  private static final long MOST_SEEDS = 1_000;

  @ParameterizedTest
  @EnumSource(Defect.class)
  void aMistakeIsFoundWithinAThousandSeeds(Defect defect) {
    Simulation simulation = new Simulation(defect.engine(), defect.scenario());
    for (long seed = 1; seed <= MOST_SEEDS; seed++) {
      if (simulation.run(seed).violation() != null) {
        return;
      }
    }
    throw new AssertionError(defect + " was not found in " + MOST_SEEDS + " seeds");
  }

  @Test
  void theStoryThatShowsAMistakeIsShortAndTellsHowToSeeItAgain() {
    Scenario scenario = Scenarios.anything();
    Simulation simulation = new Simulation(Defect.STOPS_BEFORE_WITHDRAWAL.engine(), scenario);
    Simulation.Outcome outcome = simulation.run(1);
    int all = scenario.plan(1).steps().size();

    String text = simulation.explain(outcome);

    assertThat(text)
        .contains("a stopped task gets no new connection")
        .contains("what happened last")
        .contains("examples/run simulate --scenario anything --seed 1");
    int needed =
        Integer.parseInt(text.replaceAll("(?s).*story: +(\\d+) of " + all + " steps.*", "$1"));
    assertThat(needed).isLessThanOrEqualTo(3);
  }
}
