package io.swarm4j.node;

import io.swarm4j.internal.ProcessHost;
import io.swarm4j.model.Authority;
import io.swarm4j.model.Authority.JoinSecret;
import io.swarm4j.model.Check;
import io.swarm4j.model.Cluster;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.JoinToken;
import io.swarm4j.store.seal.UnlockKey;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the state holds of tokens, the root certificate and the unlock key. Blocks on changes. */
record SwarmSecurity(ProcessHost host, Time time) {

  private Cluster change(UnaryOperator<Cluster> change) {
    return host.join(host.submit(tx -> tx.put(change.apply(tx.cluster()))));
  }

  private static Authority authority(Cluster cluster) {
    return Objects.requireNonNull(cluster.authority(), "a swarm of processes has an authority");
  }

  private Authority authority() {
    return Admissions.authority(host.view());
  }

  String joinToken(NodeRole role) {
    return token(authority(), authority().standing(role));
  }

  String issue(NodeRole role, @Nullable Instant expires, boolean singleUse) {
    JoinSecret secret = new JoinSecret(role, JoinToken.newSecret(), expires, singleUse);
    return token(authority(change(with(secret))), secret);
  }

  private static UnaryOperator<Cluster> with(JoinSecret secret) {
    return cluster -> cluster.withAuthority(authority(cluster).with(secret));
  }

  private static String token(Authority authority, JoinSecret secret) {
    return JoinToken.of(Certificates.parse(authority.root()).get(0), secret.secret()).text();
  }

  String root() {
    return authority().root();
  }

  boolean isRootChanging() {
    return authority().rotation() != null;
  }

  void rotateRoot(CertificateAuthority next) {
    change(changing(next));
  }

  private UnaryOperator<Cluster> changing(CertificateAuthority next) {
    Authority begun = begun(next);
    return cluster -> cluster.withAuthority(authority(cluster).withRotation(begun.rotation()));
  }

  /** The authority once it changes to another root; refuses its own. */
  private Authority begun(CertificateAuthority next) {
    Authority begun = RootChange.begin(authority(), next, time);
    Check.of("Authority")
        .that(
            !begun.root().equals(Objects.requireNonNull(begun.rotation()).root()),
            "root",
            "the present root",
            "another one: cannot update to a cert with an identical key")
        .orThrow();
    return begun;
  }

  Optional<String> unlockKey() {
    return Optional.ofNullable(host.view().cluster().unlockKey())
        .map(key -> UnlockKey.of(key).text());
  }

  String rotateUnlockKey() {
    UnlockKey fresh = UnlockKey.create(Chance.secure());
    change(with(fresh));
    return fresh.text();
  }

  private static UnaryOperator<Cluster> with(UnlockKey fresh) {
    return cluster -> {
      if (cluster.unlockKey() == null) {
        throw new ConflictException("managers are not locked: there is no key to rotate");
      }
      return cluster.withUnlockKey(fresh.payload());
    };
  }

  private CertificateAuthority authority(NewSecrets.Root root) {
    return root.certificate().isEmpty()
        ? CertificateAuthority.create(time)
        : CertificateAuthority.of(root.certificate(), root.key(), time);
  }

  /** Replaces settings and secrets in one transaction. */
  void update(long version, ClusterSpec spec, NewSecrets secrets) {
    List<UnaryOperator<Cluster>> changes = new ArrayList<>();
    for (NodeRole role : secrets.tokens()) {
      changes.add(with(new JoinSecret(role, JoinToken.newSecret(), null, false)));
    }
    if (secrets.unlockKey()) {
      changes.add(with(UnlockKey.create(Chance.secure())));
    }
    NewSecrets.Root root = secrets.root();
    if (root != null) {
      changes.add(changing(authority(root)));
    }
    host.join(
        host.updateCluster(
            version,
            spec,
            cluster -> {
              Cluster changed = cluster;
              for (UnaryOperator<Cluster> change : changes) {
                changed = change.apply(changed);
              }
              return changed;
            }));
  }
}
