package io.swarm4j.node;

import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Payload;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeProtocol.Admission;
import io.swarm4j.node.NodeProtocol.Group;
import io.swarm4j.node.NodeProtocol.JoinRequest;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.JoinToken;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.Trust;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** How a node that knows a token and an address becomes a member. Blocks. */
final class Joining {
  /** As long as the reference waits. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Joining() {}

  /** A membership. */
  record Result(
      NodeCredentials credentials, String address, List<String> managers, @Nullable Group group) {}

  static Result join(
      NodeSettings settings, JoinToken token, List<HostPort> managers, @Nullable NodeRole role) {
    Time time = settings.time();
    KeyPair pair = CertificateAuthority.newKey();
    JoinRequest request =
        new JoinRequest(
            token.secret(),
            new Payload(CertificateAuthority.request(pair)),
            settings.hostname(),
            role);
    try (EventLoops connections = new EventLoops("swarm-" + settings.hostname() + "-join", time);
        Loop loop = time.newLoop("swarm-" + settings.hostname() + "-joining");
        ManagerClient client = new ManagerClient(NodeTls.joining(token, time), connections, "")) {
      KnownManagers known =
          new KnownManagers(managers.stream().map(HostPort::toString).toList(), news -> {});
      Admission admission =
          new LeaderCalls(client, known, loop, time.newChance())
              .call(NodeProtocol.JOIN, request, LIMIT)
              .toCompletableFuture()
              .join();
      return new Result(
          new NodeCredentials(
              pair.getPrivate(),
              Certificates.parse(admission.certified().chain()),
              new Trust(Certificates.parse(admission.certified().roots()))),
          admission.address(),
          admission.managers(),
          admission.certified().group());
    } catch (CompletionException failed) {
      if (Statuses.unwrap(failed) instanceof RuntimeException reason) {
        throw reason;
      }
      throw new UnavailableException("the swarm could not be joined", failed);
    }
  }
}
