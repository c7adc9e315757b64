package io.swarm4j.network.ipam;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Endpoint.VirtualIp;
import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who holds which address, as the stored objects say: tasks until they have ended, services until
 * they are removed and have no tasks left, nodes while they are members.
 *
 * <p>A snapshot, computed in time proportional to the number of tasks; any manager can answer it.
 *
 * @param addresses holders by network and address; more than one holder is a defect
 */
public record Holdings(Map<NetworkId, SortedMap<Ip, List<Id>>> addresses) {

  /** What is held in {@code state}. */
  public static Holdings of(State state) {
    Holdings holdings = new Holdings(new TreeMap<>());
    for (Service service : state.services()) {
      if (isHolder(state, service)) {
        for (VirtualIp vip : service.endpoint().virtualIps()) {
          holdings.add(vip.network(), vip.address(), service.id());
        }
      }
    }
    for (Task task : state.tasks()) {
      if (isHolder(task)) {
        for (Attachment attachment : task.attachments()) {
          holdings.add(attachment.network(), attachment.address(), task.id());
        }
      }
    }
    for (Node node : state.nodes()) {
      for (Attachment attachment : node.attachments()) {
        holdings.add(attachment.network(), attachment.address(), node.id());
      }
    }
    return holdings;
  }

  /** Whether a service still has what it was given. */
  public static boolean isHolder(State state, Service service) {
    return !service.isRemoved() || !state.slotsOf(service.id()).isEmpty();
  }

  /**
   * Whether a task still has what it was given: it has not ended, and was not given up before it
   * got a node, in which case nobody would ever report its end.
   */
  public static boolean isHolder(Task task) {
    return !task.state().isTerminal()
        && (task.isDesiredAlive() || !task.state().isBefore(TaskState.ASSIGNED));
  }

  /** Holders of the addresses of one network, in ascending order of addresses. */
  public SortedMap<Ip, List<Id>> of(NetworkId network) {
    return addresses.getOrDefault(network, new TreeMap<>());
  }

  /** How full the pools of a network are. */
  public List<PoolUsage> usage(Network network) {
    List<PoolUsage> usages = new ArrayList<>();
    for (IpPool pool : network.pools()) {
      AddressPool counted = new AddressPool(pool);
      of(network.id()).forEach((ip, holders) -> counted.restore(ip, holders.get(0)));
      usages.add(new PoolUsage(counted.subnet(), counted.total(), counted.held()));
    }
    return usages;
  }

  private void add(NetworkId network, Ip ip, Id holder) {
    addresses
        .computeIfAbsent(network, id -> new TreeMap<>())
        .computeIfAbsent(ip, address -> new ArrayList<>())
        .add(holder);
  }
}
