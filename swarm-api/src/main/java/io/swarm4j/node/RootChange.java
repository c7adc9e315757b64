package io.swarm4j.node;

import io.swarm4j.model.Authority;
import io.swarm4j.model.Authority.JoinSecret;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Payload;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.JoinToken;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Time;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a change of the root certificate through while the swarm runs.
 *
 * <p>From its begin, what the new root signs is believed by way of the old one. Nodes renew their
 * certificates, thirty every three seconds; when every node of the swarm has one that the new root
 * signed, the old root is forgotten and new join tokens are made. A node that is down holds that up
 * until it comes back or is removed, as in the reference.
 */
final class RootChange implements Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(RootChange.class);
  private static final int BATCH = 30;
  private static final Duration PAUSE = Duration.ofSeconds(3);

  private final Consumer<NodeId> renew;
  private @Nullable Control control;
  private Timer next = Timer.NONE;

  /**
   * Follows the state.
   *
   * @param renew asks a node to renew its certificate; does not block
   */
  RootChange(Consumer<NodeId> renew) {
    this.renew = renew;
  }

  /** Begins a change to the root of {@code to}; one that is under way is replaced. */
  static Authority begin(Authority authority, CertificateAuthority to, Time time) {
    CertificateAuthority present = SwarmAuthority.signer(authority.withRotation(null), time);
    return authority.withRotation(
        new Authority.Rotation(
            Certificates.pem(List.of(to.root())),
            new Payload(to.key().getEncoded()),
            Certificates.pem(List.of(present.crossSign(to.root()))),
            time.now()));
  }

  @Override
  public void begin(Control newControl, Transaction tx) {
    control = newControl;
    proceed(tx);
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.latest() instanceof Node
          || change.before() instanceof Cluster before
              && change.after() instanceof Cluster after
              && hasBegun(before, after)) {
        proceed(tx);
        return;
      }
    }
  }

  private static boolean hasBegun(Cluster before, Cluster after) {
    return rotation(after) != null && !after.equals(before);
  }

  private static Authority.@Nullable Rotation rotation(Cluster cluster) {
    Authority authority = cluster.authority();
    return authority == null ? null : authority.rotation();
  }

  private void proceed(Transaction tx) {
    Authority.Rotation rotation = rotation(tx.cluster());
    if (rotation == null) {
      next.cancel();
      return;
    }
    List<NodeId> behind = behind(tx, rotation);
    if (behind.isEmpty()) {
      finish(tx, rotation);
    } else {
      next.cancel();
      Control present = control;
      if (present != null) {
        next = present.after(PAUSE, this::askNext);
      }
    }
  }

  private void askNext(Transaction tx) {
    Authority.Rotation rotation = rotation(tx.cluster());
    if (rotation != null) {
      behind(tx, rotation).stream().limit(BATCH).forEach(renew);
      proceed(tx);
    }
  }

  private static List<NodeId> behind(Transaction tx, Authority.Rotation rotation) {
    String wanted =
        Certificates.fingerprint(Certificates.parse(rotation.root()).get(0).getPublicKey());
    List<NodeId> behind = new ArrayList<>();
    for (Node node : tx.nodes()) {
      NodeDescription.Trust trust = node.description().trust();
      if (trust == null || !trust.issuer().equals(wanted)) {
        behind.add(node.id());
      }
    }
    return behind;
  }

  private static void finish(Transaction tx, Authority.Rotation rotation) {
    Cluster cluster = tx.cluster();
    tx.put(
        cluster.withAuthority(new Authority(rotation.root(), rotation.key(), newSecrets(), null)));
    LOG.info("all nodes have certificates of the new root; join tokens are new");
  }

  /** A secret for each role. */
  static List<JoinSecret> newSecrets() {
    return List.of(
        new JoinSecret(NodeRole.WORKER, JoinToken.newSecret(), null, false),
        new JoinSecret(NodeRole.MANAGER, JoinToken.newSecret(), null, false));
  }

  @Override
  public void end() {
    control = null;
    next.cancel();
  }
}
