package io.swarm4j.network.dns;

import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the records of the swarm's own names out of what {@link Discovery} finds. */
final class Zone {
  /** Ends the names of nodes, to which the SRV records of published ports point. */
  static final String NODES = ".nodes";

  private final Discovery discovery;
  private final AddressBook book;
  private final int stableTtl;

  /**
   * @param stableTtl for how many seconds the address of a service may be remembered; that of a
   *     task may not be, since it leads nowhere once the task is gone
   */
  Zone(Discovery discovery, AddressBook book, int stableTtl) {
    this.discovery = discovery;
    this.book = book;
    this.stableTtl = stableTtl;
  }

  long revision() {
    return discovery.state().revision();
  }

  /** The answer to a question; null if the name is none of the swarm's. */
  @Nullable Answer answer(String name, int type, List<NetworkId> networks) {
    Ip address = ReverseName.parse(name);
    if (address != null) {
      return reverse(address, type, networks);
    }
    ServiceName service = ServiceName.parse(name);
    if (service != null) {
      return new ServerRecords(discovery, networks).answer(service, type);
    }
    Discovery.Found found = discovery.find(name, networks);
    if (found.known()) {
      return addresses(found.addresses(), type, found.virtual() ? stableTtl : 0);
    }
    return name.endsWith(NODES)
        ? node(name.substring(0, name.length() - NODES.length()), type)
        : null;
  }

  private static Answer addresses(List<Ip> addresses, int type, int ttl) {
    List<byte[]> records = new ArrayList<>(addresses.size());
    for (Ip ip : addresses) {
      if (type == Wire.ANY || type == (ip.isV4() ? Wire.A : Wire.AAAA)) {
        records.add(Wire.address(ip, ttl));
      }
    }
    return records.isEmpty() ? Answer.nothing(Wire.NO_ERROR, 0) : Answer.of(records);
  }

  private @Nullable Answer node(String hostname, int type) {
    for (Node node : discovery.state().nodes()) {
      if (NameIndex.lower(node.hostname()).equals(hostname)) {
        String address = node.status().address();
        boolean reachable = node.status().state() == NodeState.READY && !address.isEmpty();
        return addresses(reachable ? List.of(Ip.parse(address)) : List.of(), type, 0);
      }
    }
    return null;
  }

  private @Nullable Answer reverse(Ip address, int type, List<NetworkId> networks) {
    AddressBook.Entry entry = book.find(address);
    Optional<String> name =
        entry == null ? Optional.empty() : discovery.nameOf(address, entry.holder(), networks);
    if (name.isPresent()) {
      return type == Wire.PTR || type == Wire.ANY
          ? Answer.of(List.of(Wire.pointer(name.get(), 0)))
          : Answer.nothing(Wire.NO_ERROR, 0);
    }
    return isOfTheSwarm(address, discovery.state()) ? Answer.nothing(Wire.NAME_ERROR, 0) : null;
  }

  private static boolean isOfTheSwarm(Ip address, State state) {
    for (Network network : state.networks()) {
      for (IpPool pool : network.pools()) {
        if (pool.subnet().contains(address)) {
          return true;
        }
      }
    }
    return false;
  }
}
