package io.swarm4j.sim;

import io.swarm4j.agent.Agent;
import io.swarm4j.agent.NameResolver;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.orchestrator.RoleChanges;
import io.swarm4j.time.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Starts and ends what runs on the machines of a simulated swarm. */
final class MachinePower {
  private final SimulatedCluster cluster;
  private final SimulatedConsensus consensus;
  private final SimulatedRoles roles;

  MachinePower(SimulatedCluster cluster, SimulatedConsensus consensus, SimulatedRoles roles) {
    this.cluster = cluster;
    this.consensus = consensus;
    this.roles = roles;
  }

  void startManager(SimulatedMachine machine) {
    Loop loop = newLoop(machine, "-manager");
    SimulatedParts parts = cluster.options().parts();
    List<Reconciler> components = new ArrayList<>(parts.components());
    components.add(new RoleChanges(id -> takeOut(machine.name, id)));
    Manager manager =
        new Manager(
            loop,
            cluster.time().newChance(),
            parts.log(machine.name, consensus.start(machine.name, loop)),
            parts.gate(machine.name, cluster.balancers().gate()),
            components);
    machine.manager = manager;
    machine.components = components;
    cluster.supervision().follow(machine.name, manager);
    manager
        .store()
        .onCommit(
            commit -> {
              if (manager.isLeading()) {
                cluster.balancers().committed(machine.name, commit.after());
                roles.committed(commit);
              }
            });
    manager.open();
  }

  private Loop newLoop(SimulatedMachine machine, String suffix) {
    Loop loop = cluster.time().newLoop(machine.name + suffix);
    cluster.time().skew(loop, machine.skew);
    return loop;
  }

  private CompletionStage<Void> takeOut(String asker, NodeId manager) {
    String name = cluster.machineOf(manager);
    return name == null ? CompletableFuture.completedFuture(null) : consensus.remove(asker, name);
  }

  void stopManager(SimulatedMachine machine) {
    if (machine.manager != null) {
      machine.manager.loop().close();
      machine.manager = null;
      machine.components = List.of();
    }
  }

  void startNode(SimulatedMachine machine) {
    Loop loop = newLoop(machine, "-agent");
    machine.agentLoop = loop;
    machine.agent =
        new Agent(
            machine.id,
            machine.address,
            machine.runtime,
            loop,
            cluster.time().newChance(),
            new SimulatedManagers(cluster, machine, this::arriving),
            NameResolver.NONE);
    cluster.balancers().restarted(machine.name);
    machine.agent.start();
  }

  private void arriving(SimulatedMachine machine, ToNode message) {
    if (message instanceof ToNode.Assignments assignments) {
      cluster.supervision().arriving(machine, assignments);
    }
  }

  /** Ends the engine's process and, with the power of the machine, all its tasks. */
  void stop(SimulatedMachine machine, boolean withTasks) {
    stopManager(machine);
    if (machine.agentLoop != null) {
      machine.agentLoop.close();
    }
    machine.agent = null;
    machine.agentLoop = null;
    if (withTasks) {
      cluster.supervision().losesPower(machine);
      machine.runtime.powerOff();
    }
    cluster.balancers().review();
  }

  void off(SimulatedMachine machine, boolean losesState) {
    if (machine.isUp()) {
      cluster.note(
          "machine " + machine.name + " loses power" + (losesState ? " and its disk" : ""));
      stop(machine, true);
      consensus.crashed(machine.name, losesState);
    }
  }

  void kill(SimulatedMachine machine) {
    if (machine.isUp()) {
      cluster.note("the engine on " + machine.name + " is killed");
      cluster.supervision().losesAgent(machine);
      stop(machine, false);
      consensus.crashed(machine.name, false);
    }
  }

  void on(SimulatedMachine machine) {
    if (!machine.isUp()) {
      cluster.note("machine " + machine.name + " starts");
      if (machine.runtime.isPoweredOff()) {
        machine.runtime = cluster.newRuntime(machine);
      }
      if (roles.isManager(machine)) {
        startManager(machine);
      } else {
        machine.role = NodeRole.WORKER; // it was taken out meanwhile
      }
      startNode(machine);
    }
  }
}
