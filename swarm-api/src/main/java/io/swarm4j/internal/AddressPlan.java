package io.swarm4j.internal;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.ClusterId;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Node;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.Networks;
import io.swarm4j.network.dataplane.LoopbackLease;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Ids;
import io.swarm4j.time.Time;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who gets which addresses of the machine's loopback network, or of what takes its place: overlays
 * the lower half of the swarm's block, the ingress network the third quarter, nodes the last.
 *
 * <p>All nodes of a machine share its loopback network, whatever process they live in: whoever runs
 * a task binds the task's own address, and so does whoever balances.
 */
public final class AddressPlan implements AutoCloseable {
  /** Node addresses per value of the third octet. */
  private static final int NODES_PER_OCTET = 254;

  private static final int LAST_OCTET = 255;
  private static final int FIRST_NODE_OCTET = 192;

  /** For swarms without a network of their own: addresses that nobody listens on. */
  private static final Subnet UNUSED = Subnet.parse("10.254.0.0/16");

  private final @Nullable Subnet block;
  private final AutoCloseable lease;

  private AddressPlan(@Nullable Subnet block, AutoCloseable lease) {
    this.block = block;
    this.lease = lease;
  }

  /** Nobody listens anywhere. */
  public static AddressPlan none() {
    return new AddressPlan(null, () -> {});
  }

  /** A block that the operator has set aside for the swarm. */
  static AddressPlan of(Subnet block) {
    return new AddressPlan(block, () -> {});
  }

  private static AddressPlan of(LoopbackLease lease) {
    return new AddressPlan(lease.subnet(), lease);
  }

  /**
   * A block of its own for a new swarm, the block that its addresses lie in for one that was here
   * before.
   *
   * @throws ConflictException if another swarm holds that block
   */
  public static AddressPlan lease(String swarm, Time time, @Nullable Network ingress) {
    if (ingress == null) {
      int blocks = LoopbackLease.LAST_BLOCK - LoopbackLease.FIRST_BLOCK + 1;
      return of(
          LoopbackLease.acquire(LoopbackLease.FIRST_BLOCK + time.newChance().nextInt(blocks)));
    }
    Subnet mine = ingress.spec().pools().get(0).subnet();
    LoopbackLease candidate = LoopbackLease.acquire((int) (mine.first().lo() >>> 16) & 0xff);
    if (!candidate.subnet().contains(mine.first())) {
      candidate.close();
      throw new ConflictException(
          "the addresses of swarm "
              + swarm
              + " lie in "
              + mine
              + ", which another swarm on this machine holds; close that one, then start again");
    }
    return of(candidate);
  }

  /** Whether anybody listens. */
  public boolean isLeased() {
    return block != null;
  }

  /**
   * Makes cluster and ingress network, unless an earlier life of the swarm did.
   *
   * @param wanted what a new swarm begins with
   */
  public Cluster bootstrap(Transaction tx, Ids ids, Cluster wanted) {
    if (tx.cluster().id().equals(new ClusterId(0, 0))) {
      tx.put(wanted.withSpec(settings(wanted.spec())));
    }
    if (Networks.ingress(tx) == null) {
      NetworkSpec.IpPool pool = NetworkSpec.IpPool.of(ingressSubnet().toString());
      tx.put(
          Network.create(
              ids.network(),
              NetworkSpecBuilder.builder()
                  .name("ingress")
                  .ingress(true)
                  .pools(List.of(pool))
                  .build()));
    }
    return tx.cluster();
  }

  private ClusterSpec settings(ClusterSpec wanted) {
    return block == null ? wanted : wanted.withAddressPools(List.of(new Subnet(block.first(), 17)));
  }

  private Subnet ingressSubnet() {
    return block == null
        ? Subnet.parse("10.255.0.0/16")
        : new Subnet(block.first().plus(128 << 8), 18);
  }

  /** The address of the {@code number}th node of a swarm, from 1. */
  public String nodeAddress(int number) {
    return nodeAddress(block == null ? UNUSED : block, number).toString();
  }

  private static Ip nodeAddress(Subnet block, int number) {
    int octet = LAST_OCTET - (number - 1) / NODES_PER_OCTET;
    return block.first().plus(((long) octet << 8) + 1 + (number - 1) % NODES_PER_OCTET);
  }

  /**
   * A free address for one more node of a swarm whose ingress network lies in the loopback network.
   *
   * @return empty if it lies elsewhere, or all are taken
   */
  public static String freeNodeAddress(State state) {
    Network ingress = Networks.ingress(state);
    if (ingress == null || ingress.spec().pools().isEmpty()) {
      return "";
    }
    Ip first = ingress.spec().pools().get(0).subnet().first();
    if (!first.toString().startsWith("127.")) {
      return "";
    }
    Subnet block = new Subnet(first, 16);
    Set<String> taken = new HashSet<>();
    for (Node node : state.nodes()) {
      taken.add(node.status().address());
    }
    int most = (LAST_OCTET - FIRST_NODE_OCTET + 1) * NODES_PER_OCTET;
    for (int number = 1; number <= most; number++) {
      String address = nodeAddress(block, number).toString();
      if (!taken.contains(address)) {
        return address;
      }
    }
    return "";
  }

  @Override
  public void close() {
    Host.closeQuietly(lease);
  }
}
