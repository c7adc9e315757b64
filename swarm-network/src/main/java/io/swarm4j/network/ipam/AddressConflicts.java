package io.swarm4j.network.ipam;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Endpoint.VirtualIp;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.network.Networks;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells, when a service is created or updated, which of the fixed addresses that it wants it can
 * not have.
 */
public final class AddressConflicts {
  private AddressConflicts() {}

  /**
   * The faults of a spec with regard to its fixed addresses; looks at no task unless it has some.
   *
   * @param self the service that is updated; null for a new one
   */
  public static List<Fault> check(State state, ServiceSpec spec, @Nullable ServiceId self) {
    List<Fault> faults = new ArrayList<>();
    List<NetworkAttachmentSpec> wishes = spec.task().networks();
    for (int i = 0; i < wishes.size(); i++) {
      Ip address = wishes.get(i).address();
      if (address != null) {
        String path = "task.networks[" + i + "].address";
        checkSingle(spec, path, address, faults);
        Network network = Networks.find(state, wishes.get(i).network());
        String obstacle = network == null ? null : obstacle(state, network, address, self);
        if (obstacle != null) {
          faults.add(
              new Fault(
                  Fault.Code.IN_USE, path, address.toString(), "another address: " + obstacle));
        }
      }
    }
    return faults;
  }

  private static void checkSingle(ServiceSpec spec, String path, Ip address, List<Fault> faults) {
    boolean single =
        (spec.mode() instanceof ServiceMode.Replicated replicated && replicated.replicas() <= 1)
            || (spec.mode() instanceof ServiceMode.ReplicatedJob job && job.maxConcurrent() == 1);
    if (!single) {
      faults.add(
          contradiction(path, address, "a fixed address only where one task runs at a time"));
    }
    if (spec.effectiveUpdate().order() == UpdateOrder.START_FIRST
        || spec.effectiveRollback().order() == UpdateOrder.START_FIRST) {
      faults.add(
          contradiction(
              path,
              address,
              "update order stop-first: two tasks can not have one address at the same time"));
    }
  }

  private static Fault contradiction(String path, Ip address, String accepted) {
    return new Fault(Fault.Code.CONTRADICTION, path, address.toString(), accepted);
  }

  private static @Nullable String obstacle(
      State state, Network network, Ip address, @Nullable ServiceId self) {
    List<IpPool> pools = network.pools().isEmpty() ? network.spec().pools() : network.pools();
    if (pools.stream().noneMatch(pool -> new AddressPool(pool).isUsable(address))) {
      return "network '" + network.name() + "' has no such address for tasks, only " + text(pools);
    }
    for (Service other : state.services()) {
      if (!other.id().equals(self)) {
        String holder = holds(state, other, network, address);
        if (holder != null) {
          return address + " is already in use by " + holder;
        }
      } else if (other.endpoint().virtualIps().contains(new VirtualIp(network.id(), address))) {
        return address + " is the virtual address of the service itself";
      }
    }
    return null;
  }

  private static String text(List<IpPool> pools) {
    return pools.isEmpty()
        ? "the next free subnet, once it is used; give the network a subnet of its own"
        : String.join(", ", pools.stream().map(pool -> pool.subnet().toString()).toList());
  }

  private static @Nullable String holds(State state, Service service, Network network, Ip address) {
    String name = "service '" + service.name() + "' (" + service.id() + ")";
    NetworkId id = network.id();
    if (service.endpoint().virtualIps().contains(new VirtualIp(id, address))
        || (!service.isRemoved() && wants(state, service.spec(), id, address))) {
      return name;
    }
    for (Task task : state.tasksOf(service.id())) {
      for (Attachment attachment : task.attachments()) {
        if (!task.state().isTerminal()
            && attachment.network().equals(id)
            && attachment.address().equals(address)) {
          return "task " + task.id() + " of " + name;
        }
      }
    }
    return null;
  }

  private static boolean wants(State state, ServiceSpec spec, NetworkId network, Ip address) {
    for (NetworkAttachmentSpec wish : spec.task().networks()) {
      if (address.equals(wish.address())) {
        Network found = Networks.find(state, wish.network());
        return found != null && found.id().equals(network);
      }
    }
    return false;
  }
}
