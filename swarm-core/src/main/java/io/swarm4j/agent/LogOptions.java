package io.swarm4j.agent;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a task's output is wanted.
 *
 * @param follow whether to wait for more, until the task has ended
 * @param tail how many of the last lines; negative for all
 * @param since only lines from then on; null for all
 * @param stdout whether standard output is wanted
 * @param stderr whether standard error is wanted
 */
public record LogOptions(
    boolean follow, int tail, @Nullable Instant since, boolean stdout, boolean stderr) {

  /** All that is there now. */
  public static final LogOptions ALL = new LogOptions(false, -1, null, true, true);

  /** All that is there, and what comes. */
  public static final LogOptions FOLLOW = new LogOptions(true, -1, null, true, true);
}
