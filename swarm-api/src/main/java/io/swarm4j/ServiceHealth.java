package io.swarm4j;

/**
 * How the tasks of a service are, as counts.
 *
 * @param wanted tasks that its spec asks for now
 * @param running tasks that run and shall, whether they are in reach and ready or not
 * @param ready those that clients may be sent to
 * @param starting tasks on their way
 * @param unhealthy tasks of which a check has failed as often in a row as it may
 */
public record ServiceHealth(int wanted, int running, int ready, int starting, int unhealthy) {

  /** Whether as many tasks as wanted may get traffic. */
  public boolean isComplete() {
    return ready >= wanted;
  }
}
