package io.swarm4j.scheduler;

/**
 * The order of spreading as one long, lower comes first: recent failures if there are many, tasks
 * of the service, tasks in all, and the position, which is as good as drawn by lot.
 */
final class Rank {
  /** Largest number of tasks on one node, and of nodes, that is told apart. */
  static final int MOST = (1 << 19) - 1;

  static final int MOST_FAILURES = 63;

  private static final int FAILURES_SHIFT = 57;
  private static final int SERVICE_SHIFT = 38;
  private static final int TASKS_SHIFT = 19;

  private Rank() {}

  static long of(int failures, int tasksOfService, int tasks, int position) {
    return (long) Math.min(failures, MOST_FAILURES) << FAILURES_SHIFT
        | (long) Math.min(tasksOfService, MOST) << SERVICE_SHIFT
        | (long) Math.min(tasks, MOST) << TASKS_SHIFT
        | position;
  }

  static int position(long rank) {
    return (int) rank & MOST;
  }

  static int failures(long rank) {
    return (int) (rank >>> FAILURES_SHIFT);
  }
}
