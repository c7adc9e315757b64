package io.swarm4j.sim;

import java.util.List;

/** What is told of a story that broke an invariant. */
record Report(
    Scenario scenario,
    long seed,
    int allSteps,
    List<Plan.Step> story,
    InvariantViolation violation) {

  String text() {
    StringBuilder text = new StringBuilder(4_096);
    text.append("INVARIANT BROKEN: ").append(violation.invariant()).append('\n');
    text.append("  breach:   ").append(violation.breach()).append('\n');
    text.append("  scenario: ").append(scenario.name()).append('\n');
    text.append("  seed:     ").append(seed).append('\n');
    text.append("  at:       ").append(violation.at()).append(" of virtual time\n");
    text.append("  story:    ").append(story.size()).append(" of ").append(allSteps);
    text.append(" steps are needed\n");
    story.forEach(step -> text.append("    ").append(step).append('\n'));
    text.append("  what happened last:\n");
    violation.timeline().forEach(line -> text.append("    ").append(line).append('\n'));
    text.append("  replay:   examples/run simulate --scenario ").append(scenario.name());
    text.append(" --seed ").append(seed).append(" --seeds 1\n");
    return text.toString();
  }
}
