package io.swarm4j.internal;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.NodeDescription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A node's runtime under the name that the node has in the swarm, whatever the machine is called:
 * all nodes of a JVM share one machine.
 */
record NamedRuntime(String hostname, Runtime runtime) implements Runtime {

  @Override
  public NodeDescription describe() {
    return runtime.describe().withHostname(hostname);
  }

  @Override
  public Optional<String> outage() {
    return runtime.outage();
  }

  @Override
  public Container create(TaskContext task) {
    return runtime.create(task);
  }

  @Override
  public List<Fault> unanswerable(ContainerSpec spec) {
    return runtime.unanswerable(spec);
  }

  @Override
  public CompletionStage<List<Container>> recover() {
    return runtime.recover();
  }

  @Override
  public void close() {
    runtime.close();
  }
}
