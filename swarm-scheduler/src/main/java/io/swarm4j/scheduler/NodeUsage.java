package io.swarm4j.scheduler;

import io.swarm4j.model.Node;
import io.swarm4j.model.ServiceId;

/** A node and what is taken of it, as filters and scorers see it while a decision is made. */
public interface NodeUsage {

  /** The node itself. */
  Node node();

  /** Billionths of a CPU that no task has reserved; negative if the node has shrunk. */
  long freeNanoCpus();

  /** Bytes of memory that no task has reserved; negative if the node has shrunk. */
  long freeMemoryBytes();

  /** Tasks on the node that are wanted, of all services. */
  int tasks();

  /** Tasks on the node that are wanted, of the service that is being placed. */
  int tasksOfService();

  /** Tasks on the node that are wanted, of any service. */
  int tasksOf(ServiceId service);
}
