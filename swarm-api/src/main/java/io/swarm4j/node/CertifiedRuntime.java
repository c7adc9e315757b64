package io.swarm4j.node;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.NodeDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A node's runtime, described with what the node itself adds: name, labels, credentials. */
record CertifiedRuntime(
    String hostname,
    Map<String, String> labels,
    Supplier<NodeDescription.Trust> trust,
    Runtime runtime)
    implements Runtime {

  @Override
  public NodeDescription describe() {
    NodeDescription said = runtime.describe();
    Map<String, String> all = new TreeMap<>(said.engineLabels());
    all.putAll(labels);
    return said.withHostname(hostname).withEngineLabels(all).withTrust(trust.get());
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
