package io.swarm4j.sim;

import io.swarm4j.agent.Agent;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A machine of a simulated swarm: what runs on it, and what outlives a crash. */
final class SimulatedMachine {
  final String name;
  final String address;
  final Loop hardware;
  SimulatedRuntime runtime;

  /** The role that its process knows. */
  NodeRole role;

  @SuppressWarnings("NullAway.Init") // set when it joins, before it is powered on
  NodeId id;

  @Nullable Loop agentLoop;
  @Nullable Agent agent;
  @Nullable Manager manager;
  List<? extends Reconciler> components = List.of();
  Duration skew = Duration.ZERO;

  SimulatedMachine(
      String name, NodeRole role, String address, Loop hardware, SimulatedRuntime runtime) {
    this.name = name;
    this.role = role;
    this.address = address;
    this.hardware = hardware;
    this.runtime = runtime;
  }

  boolean isUp() {
    return agent != null;
  }
}
