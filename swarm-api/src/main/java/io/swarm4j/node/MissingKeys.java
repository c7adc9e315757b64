package io.swarm4j.node;

import io.swarm4j.model.Payload;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeProtocol.Certified;
import io.swarm4j.node.NodeProtocol.Group;
import io.swarm4j.node.NodeProtocol.RenewRequest;
import io.swarm4j.store.seal.KeyRing;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The data keys of the managers' log, asked for by a manager that missed a rotation: they come with
 * a certificate, which is not used. Blocks while it asks; thread-safe.
 */
final class MissingKeys implements Supplier<KeyRing> {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private volatile @Nullable LeaderCalls calls;

  void askBy(LeaderCalls way) {
    calls = way;
  }

  @Override
  public KeyRing get() {
    LeaderCalls way = calls;
    if (way == null) {
      throw new UnavailableException("this manager cannot ask for data keys yet");
    }
    byte[] request = CertificateAuthority.request(CertificateAuthority.newKey());
    try {
      Certified certified =
          way.call(NodeProtocol.RENEW, new RenewRequest(new Payload(request)), LIMIT)
              .toCompletableFuture()
              .join();
      Group group = certified.group();
      if (group == null) {
        throw new UnavailableException("this node is no manager any more");
      }
      return KeyRing.parse(group.keys().bytes());
    } catch (CompletionException failed) {
      throw new UnavailableException(
          "data keys that this manager has missed could not be had: "
              + Statuses.unwrap(failed).getMessage(),
          failed);
    }
  }
}
