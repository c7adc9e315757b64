package io.swarm4j.docker;

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
 * A runtime with something that ends after it.
 *
 * @param runtime the runtime
 * @param afterwards what ends when the runtime has ended
 */
record ClosingRuntime(Runtime runtime, Runnable afterwards) implements Runtime {

  @Override
  public NodeDescription describe() {
    return runtime.describe();
  }

  @Override
  public Container create(TaskContext task) {
    return runtime.create(task);
  }

  @Override
  public Optional<String> outage() {
    return runtime.outage();
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
    try {
      runtime.close();
    } finally {
      afterwards.run();
    }
  }
}
