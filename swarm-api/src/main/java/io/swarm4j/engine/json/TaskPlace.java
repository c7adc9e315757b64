package io.swarm4j.engine.json;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.Task;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task's place on one network, where it has an address of each family.
 *
 * @param network null if it is gone
 * @param addresses in the order in which they were given, with the lengths of their prefixes
 */
record TaskPlace(@Nullable Network network, List<Subnet> addresses) {
  TaskPlace {
    addresses = List.copyOf(addresses);
  }

  /** All places of a task, in the order of its attachments. */
  static List<TaskPlace> of(Task task, State state) {
    Map<NetworkId, List<Ip>> byNetwork = new LinkedHashMap<>();
    for (Attachment attachment : task.attachments()) {
      byNetwork
          .computeIfAbsent(attachment.network(), id -> new ArrayList<>())
          .add(attachment.address());
    }
    List<TaskPlace> places = new ArrayList<>();
    byNetwork.forEach(
        (id, addresses) -> {
          Network network = state.network(id);
          places.add(
              new TaskPlace(
                  network, addresses.stream().map(each -> withPrefix(each, network)).toList()));
        });
    return places;
  }

  /** An address with the prefix of the pool that it is of; alone if there is none. */
  static Subnet withPrefix(Ip address, @Nullable Network network) {
    List<IpPool> pools = network == null ? List.of() : network.pools();
    return pools.stream()
        .map(IpPool::subnet)
        .filter(subnet -> subnet.contains(address))
        .map(subnet -> new Subnet(address, subnet.prefix()))
        .findFirst()
        .orElse(new Subnet(address, address.isV4() ? 32 : 128));
  }

  boolean isOn(Network other) {
    return network != null && network.id().equals(other.id());
  }

  /** Its address of a family; null if it has none. */
  @Nullable Subnet address(boolean v4) {
    for (Subnet each : addresses) {
      if (each.address().isV4() == v4) {
        return each;
      }
    }
    return null;
  }

  /** The same as text; empty if it has none. */
  String text(boolean v4) {
    Subnet address = address(v4);
    return address == null ? "" : address.toString();
  }
}
