package io.swarm4j.node;

import io.swarm4j.dispatcher.Manager;
import io.swarm4j.internal.AddressPlan;
import io.swarm4j.model.Authority;
import io.swarm4j.model.Authority.JoinSecret;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Payload;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeProtocol.Admission;
import io.swarm4j.node.NodeProtocol.Certified;
import io.swarm4j.node.NodeProtocol.Group;
import io.swarm4j.node.NodeProtocol.JoinRequest;
import io.swarm4j.security.CertificateIssuer;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.JoinToken;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The leader's desk for nodes that want in, and for members whose certificate runs out. */
final class Admissions {
  /** Requests whose repetition is recognised. */
  private static final int MOST_REMEMBERED = 1000;

  private final Manager manager;
  private final CertificateIssuer issuer;
  private final Supplier<Group> group;
  private final Map<Payload, NodeId> admitted =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Payload, NodeId> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /**
   * For nodes of the swarm of {@code manager}.
   *
   * @param group what new managers are told
   */
  Admissions(Manager manager, CertificateIssuer issuer, Supplier<Group> group) {
    this.manager = manager;
    this.issuer = issuer;
    this.group = group;
  }

  /** Makes a member of whoever knows a secret. */
  CompletionStage<Admission> join(JoinRequest request) {
    return manager
        .control()
        .submit(tx -> admit(tx, request))
        .thenCompose(
            node ->
                certify(node, request.request().bytes())
                    .thenApply(
                        certified ->
                            new Admission(certified, node.status().address(), managers(view()))));
  }

  private Node admit(Transaction tx, JoinRequest request) {
    NodeId earlier = admitted.get(request.request());
    Node known = earlier == null ? null : tx.node(earlier);
    if (known != null) {
      return known; // the answer to an earlier try was lost
    }
    Cluster cluster = tx.cluster();
    Authority authority = authority(tx);
    JoinSecret used = find(authority, request.secret());
    if (used.expires() != null && !tx.now().isBefore(used.expires())) {
      throw new PermissionDeniedException(
          "the join token expired at " + used.expires() + "; ask a manager for a new one");
    }
    if (request.role() != null && request.role() != used.role()) {
      throw new PermissionDeniedException(
          "the join token is one for role "
              + used.role()
              + ", the node was told to become "
              + request.role()
              + "; take the other token");
    }
    if (used.singleUse()) {
      tx.put(cluster.withAuthority(authority.without(used)));
    }
    Node node = tx.put(newNode(tx, request, used.role()));
    admitted.put(request.request(), node.id());
    return node;
  }

  private static JoinSecret find(Authority authority, Payload secret) {
    JoinSecret found = null;
    for (JoinSecret each : authority.secrets()) { // all of them, so that time tells nothing
      if (JoinToken.sameSecret(each.secret(), secret)) {
        found = each;
      }
    }
    if (found == null) {
      throw new PermissionDeniedException(
          "A valid join token is necessary to join this cluster: it was rotated, or used up");
    }
    return found;
  }

  private Node newNode(Transaction tx, JoinRequest request, NodeRole role) {
    return new Node(
        manager.control().ids().node(),
        Meta.NEW,
        NodeSpec.of(role),
        NodeDescription.UNKNOWN.withHostname(request.hostname()),
        new NodeStatus(
            NodeState.UNKNOWN, "not seen yet", AddressPlan.freeNodeAddress(tx), tx.now()),
        role,
        role == NodeRole.MANAGER ? new Node.ManagerStatus(false, false, "") : null);
  }

  /** Gives a member a certificate for the role that it has now. */
  CompletionStage<Certified> renew(NodeIdentity member, byte[] request) {
    if (!manager.isLeading()) {
      throw new UnavailableException("this manager does not lead the swarm");
    }
    Node node = view().node(member.node());
    if (node == null) {
      throw new PermissionDeniedException("node " + member.node() + " was removed from swarm");
    }
    return certify(node, request);
  }

  private CompletionStage<Certified> certify(Node node, byte[] request) {
    State view = view();
    NodeIdentity identity = new NodeIdentity(node.id(), node.role(), view.cluster().id());
    String roots = Certificates.pem(SwarmAuthority.trust(authority(view)).roots());
    return issuer
        .issue(request, identity, view.cluster().spec().certificateExpiry())
        .thenApply(
            chain ->
                new Certified(
                    Certificates.pem(chain),
                    roots,
                    node.role() == NodeRole.MANAGER ? group.get() : null));
  }

  private State view() {
    return manager.store().view();
  }

  static Authority authority(State state) {
    Authority authority = state.cluster().authority();
    if (authority == null) {
      throw new UnavailableException("this manager does not know the swarm yet");
    }
    return authority;
  }

  /** Where managers are found. */
  static List<String> managers(State state) {
    return state.nodes().stream()
        .map(Node::manager)
        .filter(Objects::nonNull)
        .map(Node.ManagerStatus::address)
        .filter(address -> !address.isEmpty())
        .toList();
  }
}
