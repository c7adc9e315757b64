package io.swarm4j.sim;

import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.dispatcher.Dispatcher;
import io.swarm4j.dispatcher.Manager;
import io.swarm4j.model.UnavailableException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A machine's way to the leader: it asks any manager in reach who leads, and talks to that one over
 * the simulated network.
 *
 * @param wire sees what arrives at the machine, right before its agent does
 */
record SimulatedManagers(
    SimulatedCluster cluster, SimulatedMachine machine, BiConsumer<SimulatedMachine, ToNode> wire)
    implements Managers {

  @Override
  public Link connect(Consumer<ToNode> receiver, Runnable closed) {
    SimulatedMachine leader = cluster.leaderFor(machine);
    if (leader == null || leader.manager == null) {
      throw new UnavailableException("no manager in reach of " + machine.name + " leads");
    }
    return new Connection(leader, leader.manager, receiver, closed);
  }

  private final class Connection implements Link {
    private final SimulatedMachine peerMachine;
    private final Manager manager;
    private final SimulatedNetwork.Channel up;
    private final SimulatedNetwork.Channel down;
    private final Runnable closed;
    private Dispatcher.@Nullable Peer peer;
    private boolean hungUp;

    Connection(
        SimulatedMachine peerMachine, Manager manager, Consumer<ToNode> receiver, Runnable closed) {
      this.peerMachine = peerMachine;
      this.manager = manager;
      this.closed = closed;
      this.up = cluster.network().channel(machine.name, peerMachine.name);
      this.down = cluster.network().channel(peerMachine.name, machine.name);
      this.peer =
          manager
              .dispatcher()
              .accept(
                  message ->
                      down.send(
                          () -> {
                            if (!hungUp && machine.isUp()) {
                              wire.accept(machine, message);
                              receiver.accept(message);
                            }
                          }));
    }

    @Override
    public void send(ToManager message) {
      up.send(() -> arrive(message));
    }

    private void arrive(ToManager message) {
      Dispatcher.Peer open = peer;
      if (open != null && peerMachine.manager == manager) {
        open.hear(message);
      } else if (peerMachine.isUp()) {
        down.send(this::reset); // another process has that port now, or none
      }
    }

    private void reset() {
      if (!hungUp) {
        hungUp = true;
        closed.run();
      }
    }

    @Override
    public void close() {
      hungUp = true;
      up.send(
          () -> {
            Dispatcher.Peer open = peer;
            peer = null;
            if (open != null) {
              open.closed();
            }
          });
    }
  }
}
