package io.swarm4j.sim;

import io.swarm4j.model.Node;
import io.swarm4j.model.Node.ManagerStatus;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Commit;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Brings machines into the role that the committed state gives them: the process of a new manager
 * starts once the others have let it in, that of one which is a worker now ends. A machine that is
 * down or out of reach does so when it is back.
 */
final class SimulatedRoles {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final SimulatedCluster cluster;
  private final SimulatedConsensus consensus;
  private final Loop loop;
  private final Set<String> pending = new HashSet<>();

  SimulatedRoles(SimulatedCluster cluster, SimulatedConsensus consensus, Loop loop) {
    this.cluster = cluster;
    this.consensus = consensus;
    this.loop = loop;
  }

  /** Whether a machine takes part in the managers' decisions, up or down. */
  boolean isManager(SimulatedMachine machine) {
    return machine.role == NodeRole.MANAGER && consensus.isVoter(machine.name);
  }

  /** The leader has committed something. */
  void committed(Commit commit) {
    commit
        .changes()
        .forEach(
            change -> {
              if (change.before() instanceof Node before
                  && change.after() instanceof Node after
                  && before.role() != after.role()) {
                String name = cluster.machineOf(after.id());
                if (name != null) {
                  follow(cluster.machine(name));
                }
              }
            });
  }

  /** Has a machine look which role it has, until it is in that role. */
  void follow(SimulatedMachine machine) {
    if (!isInRole(machine) && pending.add(machine.name)) {
      look(machine.name);
    }
  }

  private boolean isInRole(SimulatedMachine machine) {
    boolean shall = shallManage(machine);
    return shall == isManager(machine) && shall == (machine.manager != null);
  }

  private boolean shallManage(SimulatedMachine machine) {
    Node node = cluster.view().node(machine.id);
    return node == null ? machine.role == NodeRole.MANAGER : node.role() == NodeRole.MANAGER;
  }

  private void look(String name) {
    loop.schedule(
        cluster.network().latency(name, ""),
        () -> {
          if (!cluster.machines().contains(name) || isInRole(cluster.machine(name))) {
            pending.remove(name);
          } else {
            change(cluster.machine(name));
            loop.schedule(LOOK, () -> look(name));
          }
        });
  }

  private void change(SimulatedMachine machine) {
    if (!machine.isUp() || cluster.leaderFor(machine) == null) {
      return;
    }
    if (machine.manager != null) {
      cluster.power().stopManager(machine);
      machine.role = NodeRole.WORKER;
      cluster.note(machine.name + " is a worker");
    }
    if (shallManage(machine)) {
      cluster.submit(tx -> announce(tx, machine)).thenAccept(done -> enter(machine));
    }
  }

  /** A manager tells where it is found, which the leader accepts of those only who may be one. */
  private static Node announce(Transaction tx, SimulatedMachine machine) {
    Node node = tx.node(machine.id);
    if (node == null || node.role() != NodeRole.MANAGER || node.spec().role() != NodeRole.MANAGER) {
      throw new PermissionDeniedException(machine.name + " is not to be a manager");
    }
    return tx.put(node.withManager(new ManagerStatus(false, true, machine.address)));
  }

  private void enter(SimulatedMachine machine) {
    try {
      if (machine.isUp() && machine.manager == null) {
        consensus.enter(machine.name);
        machine.role = NodeRole.MANAGER;
        cluster.power().startManager(machine);
        cluster.note(machine.name + " is a manager");
      }
    } catch (UnavailableException later) {
      cluster.note(machine.name + " is not let in: " + later.getMessage());
    }
  }
}
