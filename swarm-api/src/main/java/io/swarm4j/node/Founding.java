package io.swarm4j.node;

import io.swarm4j.internal.AddressPlan;
import io.swarm4j.internal.ProcessHost;
import io.swarm4j.model.Authority;
import io.swarm4j.model.Check;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Subnet;
import io.swarm4j.node.NodeDirectory.Memory;
import io.swarm4j.node.NodeProtocol.ManageRequest;
import io.swarm4j.security.CertificateIssuer;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.security.Trust;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/**
 * What a new swarm begins with.
 *
 * @param authority who vouches for its nodes
 * @param credentials those of its first manager
 */
record Founding(NodeSettings settings, Authority authority, NodeCredentials credentials) {

  /**
   * Makes an authority and the first manager's certificate. Blocks while an external authority is
   * asked.
   */
  static Founding prepare(NodeSettings settings) {
    Ids ids = new Ids(Chance.secure());
    NodeIdentity identity = new NodeIdentity(ids.node(), NodeRole.MANAGER, ids.cluster());
    KeyPair pair = CertificateAuthority.newKey();
    byte[] request = CertificateAuthority.request(pair);
    CertificateIssuer external = settings.externalAuthority();
    X509Certificate root;
    Payload key;
    List<X509Certificate> chain;
    if (external == null) {
      CertificateAuthority own = CertificateAuthority.create(settings.time());
      root = own.root();
      key = new Payload(own.key().getEncoded());
      chain = own.issue(request, identity, settings.cluster().certificateExpiry());
    } else {
      chain =
          SwarmAuthority.ask(external, request, identity, settings.cluster().certificateExpiry());
      root = chain.get(chain.size() - 1);
      key = new Payload(new byte[0]);
    }
    return new Founding(
        settings,
        new Authority(Certificates.pem(List.of(root)), key, RootChange.newSecrets(), null),
        new NodeCredentials(pair.getPrivate(), chain, new Trust(List.of(root))));
  }

  /** Writes the swarm's first state; returns what the node is to remember. Blocks. */
  Memory bootstrap(ManagerPart part, ProcessHost host, Availability availability) {
    host.join(part.leads());
    NodeIdentity identity = credentials.identity();
    AddressPlan plan = part.network().plan();
    requirePools(plan);
    String address = plan.isLeased() ? plan.nodeAddress(1) : "";
    Cluster cluster =
        new Cluster(identity.cluster(), Meta.NEW, settings.cluster(), authority, null);
    host.join(
        host.submit(
            tx -> {
              plan.bootstrap(tx, part.manager().control().ids(), host.locked(cluster));
              Node first = firstNode(identity.node(), settings, address, part.whereabouts());
              return tx.put(first.withSpec(first.spec().withAvailability(availability)));
            }));
    return new Memory(settings.hostname(), address, List.of(part.address().toString()))
        .withRaft(part.whereabouts().raft(), Map.of());
  }

  private void requirePools(AddressPlan plan) {
    List<Subnet> pools = settings.cluster().addressPools();
    Check.of("ClusterSpec")
        .that(
            !plan.isLeased() || pools.equals(ClusterSpec.DEFAULT.addressPools()),
            "addressPools",
            pools,
            "no DefaultAddrPool; the networks of this node have loopback addresses, from a pool of"
                + " their own")
        .orThrow();
  }

  /** The record of the first manager. */
  static Node firstNode(NodeId id, NodeSettings settings, String address, ManageRequest api) {
    return new Node(
        id,
        Meta.NEW,
        NodeSpec.of(NodeRole.MANAGER),
        NodeDescription.UNKNOWN.withHostname(settings.hostname()),
        new NodeStatus(NodeState.UNKNOWN, "not seen yet", address, settings.time().now()),
        NodeRole.MANAGER,
        new Node.ManagerStatus(true, true, api.address(), api.raft()));
  }
}
