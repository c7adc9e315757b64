package io.swarm4j.node;

import io.swarm4j.model.Payload;
import io.swarm4j.model.SwarmException;
import io.swarm4j.node.NodeProtocol.Certified;
import io.swarm4j.node.NodeProtocol.Group;
import io.swarm4j.node.NodeProtocol.RenewRequest;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.Trust;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews a node's certificate: at a random time between half and four fifths of its life, and half
 * a second after a manager asks for it; a failure is followed by tries after 5 s, doubling up to an
 * hour. The numbers are the reference's. On the agent's loop.
 */
final class Renewal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
  private static final double EARLIEST = 0.5;
  private static final double LATEST = 0.8;
  private static final Duration ON_REQUEST = Duration.ofMillis(500);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETRY = Duration.ofHours(1);

  private final OwnCredentials own;
  private final Function<RenewRequest, CompletionStage<Certified>> desk;
  private final Loop loop;
  private final Chance chance;
  private final BiConsumer<NodeCredentials, @Nullable Group> renewed;
  private Timer next = Timer.NONE;
  private Duration retry = FIRST_RETRY;
  private boolean underWay;
  private boolean closed;

  /**
   * Renews what {@code own} holds.
   *
   * @param desk asks the leader for a certificate
   * @param renewed gets the new credentials, which are in force, and what a manager needs beside
   */
  Renewal(
      OwnCredentials own,
      Function<RenewRequest, CompletionStage<Certified>> desk,
      Loop loop,
      Chance chance,
      BiConsumer<NodeCredentials, @Nullable Group> renewed) {
    this.own = own;
    this.desk = desk;
    this.loop = loop;
    this.chance = chance;
    this.renewed = renewed;
  }

  /** Begins to watch the certificate's age. Any thread. */
  void start() {
    loop.execute(this::plan);
  }

  /** Renews soon, whatever the age. Any thread. */
  void soon() {
    loop.execute(() -> after(ON_REQUEST));
  }

  private void plan() {
    NodeCredentials present = own.credentials();
    Duration window = Duration.between(present.at(EARLIEST), present.at(LATEST));
    Instant due = present.at(EARLIEST).plus(chance.between(Duration.ZERO, window));
    after(Duration.between(loop.now(), due));
  }

  private void after(Duration delay) {
    next.cancel();
    if (!closed) {
      next = loop.schedule(delay, this::renew);
    }
  }

  private void renew() {
    if (underWay || closed) {
      return;
    }
    underWay = true;
    KeyPair pair = CertificateAuthority.newKey();
    RenewRequest request = new RenewRequest(new Payload(CertificateAuthority.request(pair)));
    desk.apply(request)
        .whenComplete(
            (certified, failure) ->
                loop.execute(
                    () -> {
                      underWay = false;
                      if (failure == null) {
                        take(pair, certified);
                      } else {
                        failed(Statuses.unwrap(failure));
                      }
                    }));
  }

  private void take(KeyPair pair, Certified certified) {
    try {
      NodeCredentials fresh =
          new NodeCredentials(
              pair.getPrivate(),
              Certificates.parse(certified.chain()),
              new Trust(Certificates.parse(certified.roots())));
      own.replace(fresh);
      LOG.info("certificate renewed: {}", fresh);
      retry = FIRST_RETRY;
      plan();
      renewed.accept(fresh, certified.group());
    } catch (SwarmException unusable) {
      failed(unusable);
    }
  }

  private void failed(Throwable failure) {
    LOG.warn(
        "the certificate, which ends at {}, could not be renewed; next try in {}: {}",
        own.credentials().expires(),
        retry,
        failure.getMessage());
    after(retry);
    Duration longer = retry.multipliedBy(2);
    retry = longer.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : longer;
  }

  @Override
  public void close() {
    loop.execute(
        () -> {
          closed = true;
          next.cancel();
        });
  }
}
