package io.swarm4j.stream;

import java.util.List;

/** Gets the output of several tasks, one call at a time. */
public interface LogReceiver {

  /** A line. */
  void entry(LogEntry entry);

  /**
   * Output of a task is missing from here on; of a task that is followed more may come later, when
   * its node is back.
   */
  default void gap(LogGap gap) {}

  /**
   * There is no more. Called once, unless the reading was closed before.
   *
   * @param gaps all that was missing
   */
  default void end(List<LogGap> gaps) {}
}
