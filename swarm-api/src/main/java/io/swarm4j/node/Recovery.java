package io.swarm4j.node;

import io.swarm4j.dispatcher.Orphans;
import io.swarm4j.internal.ProcessHost;
import io.swarm4j.model.Authority;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.node.NodeDirectory.Memory;
import io.swarm4j.raft.RaftRecovery;
import io.swarm4j.raft.RecoveryPlan;
import io.swarm4j.security.CertificateIssuer;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.store.seal.KeyVault;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What operators do with the data directory of a node that does not run. Blocks. */
record Recovery(NodeSettings settings, @Nullable UnlockKey unlockKey) {

  private interface Work<T> {
    T on(NodeDirectory directory);
  }

  private <T> T open(Work<T> work) {
    try (NodeDirectory directory = NodeDirectory.open(settings.directory())) {
      if (unlockKey != null && directory.isLocked()) {
        directory.unlock(unlockKey);
      }
      return work.on(directory);
    }
  }

  private static KeyVault vault(NodeDirectory directory) {
    return KeyVault.open(directory.log(), directory.unlockKey());
  }

  RecoveryPlan plan() {
    return open(directory -> RaftRecovery.plan(directory.log(), vault(directory)));
  }

  void forceNewCluster(RecoveryPlan plan) {
    open(
        directory -> {
          var unused = RaftRecovery.forceNewGroup(plan, vault(directory), settings.time());
          directory.update(memory -> memory.withRaft(memory.raft(), java.util.Map.of()));
          return directory;
        });
  }

  String backup(Path file) {
    return backup(plan().state(), file);
  }

  /** Writes a state to a file, encrypted under a new key, which is returned. */
  static String backup(View state, Path file) {
    UnlockKey key = UnlockKey.create(Chance.secure());
    RaftRecovery.backup(state, file, key);
    return key.text();
  }

  /** Makes this directory that of a new manager, the first of the swarm in a backup. */
  void restore(Path file, String key) {
    View state = RaftRecovery.readBackup(file, UnlockKey.parse(key));
    Cluster cluster = state.cluster();
    Authority authority = cluster.authority();
    if (authority == null) {
      throw new ConflictException(
          file + " is the state of an embedded swarm; a node that is a process has no use for it");
    }
    NodeIdentity identity =
        new NodeIdentity(new Ids(Chance.secure()).node(), NodeRole.MANAGER, cluster.id());
    KeyPair pair = CertificateAuthority.newKey();
    CertificateIssuer external = settings.externalAuthority();
    byte[] request = CertificateAuthority.request(pair);
    var chain =
        external != null && authority.key().size() == 0
            ? SwarmAuthority.ask(external, request, identity, cluster.spec().certificateExpiry())
            : SwarmAuthority.signer(authority, settings.time())
                .issue(request, identity, cluster.spec().certificateExpiry());
    open(
        directory -> {
          if (directory.memory() != null) {
            throw new ConflictException(
                settings.directory() + " holds a node already; restore into an empty directory");
          }
          RaftRecovery.restore(state, directory.log(), identity.node().toString(), settings.time());
          directory.save(
              new NodeCredentials(pair.getPrivate(), chain, SwarmAuthority.trust(authority)));
          directory.save(new Memory(settings.hostname(), "", List.of()));
          return directory;
        });
  }

  /**
   * Once the node leads: makes it the only manager that the state knows. The others are removed, so
   * that none of them is let in again with the certificate that it has.
   */
  static void takeOver(ManagerPart part, ProcessHost host, NodeSettings settings) {
    host.join(part.leads());
    NodeId self = part.id();
    host.join(
        host.submit(
            tx -> {
              others(tx, node -> node.role() == NodeRole.MANAGER && !node.id().equals(self))
                  .forEach(node -> remove(tx, node));
              if (tx.node(self) == null) {
                tx.put(Founding.firstNode(self, settings, "", part.whereabouts()));
              }
              return self;
            }));
  }

  private static List<Node> others(State state, Predicate<Node> which) {
    return state.nodes().stream().filter(which).toList();
  }

  private static void remove(Transaction tx, Node lost) {
    Orphans.orphanAll(tx, lost.id(), "Task belonged to a manager that was given up");
    tx.delete(lost.id());
  }
}
