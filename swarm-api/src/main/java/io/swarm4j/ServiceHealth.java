package io.swarm4j;

import java.util.List;

/**
 * How the tasks of a service are, as counts, and where it is not reached.
 *
 * @param wanted tasks that its spec asks for now
 * @param running tasks that run and shall, whether they are in reach and ready or not
 * @param ready those that clients may be sent to
 * @param starting tasks on their way
 * @param unhealthy tasks of which a check has failed as often in a row as it may
 * @param ports published ports that are not open on some node
 */
public record ServiceHealth(
    int wanted, int running, int ready, int starting, int unhealthy, List<PortProblem> ports) {

  /** Copies the list. */
  public ServiceHealth {
    ports = List.copyOf(ports);
  }

  /** With all ports open. */
  public ServiceHealth(int wanted, int running, int ready, int starting, int unhealthy) {
    this(wanted, running, ready, starting, unhealthy, List.of());
  }

  /** Whether as many tasks as wanted may get traffic. */
  public boolean isComplete() {
    return ready >= wanted;
  }
}
