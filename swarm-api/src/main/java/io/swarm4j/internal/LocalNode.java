package io.swarm4j.internal;

import io.swarm4j.NodeOptions;
import io.swarm4j.agent.Agent;
import io.swarm4j.agent.NameResolver;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.jvm.JvmRuntime;
import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.model.NodeId;
import io.swarm4j.time.Loop;

/** A node of this JVM: its runtime and the agent that drives it. */
final class LocalNode implements AutoCloseable {
  final NodeId id;
  final NodeOptions options;
  final String address;
  final Runtime runtime;
  final Agent agent;

  LocalNode(
      NodeId id,
      NodeOptions options,
      String address,
      EngineOptions engine,
      Loop loop,
      Managers managers,
      NameResolver names) {
    this.id = id;
    this.options = options;
    this.address = address;
    this.runtime = new NamedRuntime(options.name(), runtime(options, engine, loop));
    this.agent = new Agent(id, address, runtime, loop, engine.time().newChance(), managers, names);
  }

  private static Runtime runtime(NodeOptions node, EngineOptions engine, Loop loop) {
    var own = engine.runtimeOf().get(node.name());
    if (own != null) {
      return own.create(node, engine.time(), loop);
    }
    if (engine.runtime() != null) {
      return engine.runtime().create(node, engine.time(), loop);
    }
    return JvmRuntime.builder(engine.time())
        .images(engine.images())
        .hostname(node.name())
        .threadPrefix("swarm-" + engine.name() + "-" + node.name())
        .build();
  }

  @Override
  public void close() {
    agent.close();
  }
}
