package io.swarm4j.sim;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.Check;
import io.swarm4j.model.HealthCheck;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the tasks of an image behave under simulation.
 *
 * @param prepareDelay time that the preparation takes; null stands for none
 * @param startDelay time that the start takes; null stands for none
 * @param prepareFailure probability that the preparation fails, 0 to 1
 * @param startFailure probability that the start fails, 0 to 1
 * @param exitAfter time after the start at which it ends by itself; null stands for never
 * @param exitCode code with which it ends by itself
 * @param stopDelay time that it takes to end once it is asked; null stands for none
 * @param ignoresStop whether it runs on until it is killed
 * @param unhealthyAfter time after the start from which its probes fail; null stands for never
 * @param health the health check that the image brings along; null for none
 */
@RecordBuilder
public record SimulatedImage(
    @Nullable Duration prepareDelay,
    @Nullable Duration startDelay,
    double prepareFailure,
    double startFailure,
    @Nullable Duration exitAfter,
    int exitCode,
    @Nullable Duration stopDelay,
    boolean ignoresStop,
    @Nullable Duration unhealthyAfter,
    @Nullable HealthCheck health)
    implements SimulatedImageBuilder.With {

  /** Does everything at once, and runs for ever. */
  public static final SimulatedImage INSTANT = builder().build();

  public SimulatedImage {
    Check.of("SimulatedImage")
        .duration(prepareDelay, "prepareDelay")
        .duration(startDelay, "startDelay")
        .duration(exitAfter, "exitAfter")
        .duration(stopDelay, "stopDelay")
        .duration(unhealthyAfter, "unhealthyAfter")
        .that(
            prepareFailure >= 0 && prepareFailure <= 1, "prepareFailure", prepareFailure, "0 to 1")
        .that(startFailure >= 0 && startFailure <= 1, "startFailure", startFailure, "0 to 1")
        .orThrow();
  }

  /** Starts from {@link #INSTANT}. */
  public static SimulatedImageBuilder builder() {
    return SimulatedImageBuilder.builder();
  }

  /** Runs for {@code span} and ends with {@code code}. */
  public static SimulatedImage exits(Duration span, int code) {
    return builder().exitAfter(span).exitCode(code).build();
  }
}
