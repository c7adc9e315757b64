package io.swarm4j.sim;

import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.TaskId;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The machines of a simulated swarm, by name and by node, managers first. */
final class MachineRoom {
  private final VirtualTime time;
  private final SimulationOptions options;
  private final BiConsumer<String, TaskId> starts;
  private final Map<String, SimulatedMachine> byName = new LinkedHashMap<>();
  private final Map<NodeId, SimulatedMachine> byId = new LinkedHashMap<>();
  private int addresses;

  /**
   * An empty one.
   *
   * @param starts hears of every task that starts on a machine
   */
  MachineRoom(VirtualTime time, SimulationOptions options, BiConsumer<String, TaskId> starts) {
    this.time = time;
    this.options = options;
    this.starts = starts;
  }

  SimulatedMachine add(String name, NodeRole role) {
    if (has(name)) {
      throw new IllegalArgumentException("there is a machine named " + name + " already");
    }
    addresses++;
    String address = "10.254." + (addresses >> 8) + "." + (addresses & 0xff);
    Loop hardware = time.newLoop(name);
    SimulatedMachine machine =
        new SimulatedMachine(name, role, address, hardware, newRuntime(name, hardware));
    byName.put(name, machine);
    return machine;
  }

  /** The runtime of a machine on which nothing has run yet. */
  SimulatedRuntime newRuntime(String name, Loop hardware) {
    SimulatedRuntime runtime = new SimulatedRuntime(hardware, time.newChance(), options.images());
    runtime.describeAs(
        runtime.describe().withHostname(name).withResources(options.nodeResources()));
    runtime.onStart(task -> starts.accept(name, task));
    return runtime;
  }

  /** Tells which node a machine is. */
  void identify(SimulatedMachine machine, NodeId id) {
    machine.id = id;
    byId.put(id, machine);
  }

  void remove(SimulatedMachine machine) {
    byName.remove(machine.name, machine);
    byId.remove(machine.id);
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  boolean isUp(String name) {
    SimulatedMachine machine = byName.get(name);
    return machine != null && machine.isUp();
  }

  /**
   * A machine by its name.
   *
   * @throws NotFoundException if there is none of that name
   */
  SimulatedMachine named(String name) {
    SimulatedMachine machine = byName.get(name);
    if (machine == null) {
      throw new NotFoundException("there is no machine " + name + "; there are " + byName.keySet());
    }
    return machine;
  }

  /** The machine that a node is; null if it was removed. */
  @Nullable SimulatedMachine of(NodeId node) {
    return byId.get(node);
  }

  /** Those that are nodes of the swarm already. */
  Collection<SimulatedMachine> members() {
    return List.copyOf(byId.values());
  }

  /** All of them as they are now. */
  Collection<SimulatedMachine> all() {
    return List.copyOf(byName.values());
  }
}
