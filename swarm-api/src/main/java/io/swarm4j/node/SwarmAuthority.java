package io.swarm4j.node;

import io.swarm4j.agent.BlockingWork;
import io.swarm4j.model.Authority;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.security.CertificateIssuer;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.security.Trust;
import io.swarm4j.time.Time;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The swarm's own certificate authority as it stands in the state; where the state holds no key,
 * the external one that the node was given. Signs on threads of its own.
 */
final class SwarmAuthority implements CertificateIssuer {
  private static final long ANSWER_SECONDS = 30;

  private final Supplier<@Nullable Authority> state;
  private final @Nullable CertificateIssuer external;
  private final BlockingWork work;
  private final Time time;

  SwarmAuthority(
      Supplier<@Nullable Authority> state,
      @Nullable CertificateIssuer external,
      BlockingWork work,
      Time time) {
    this.state = state;
    this.external = external;
    this.work = work;
    this.time = time;
  }

  @Override
  public CompletionStage<List<X509Certificate>> issue(
      byte[] request, NodeIdentity identity, Duration life) {
    Authority authority = state.get();
    if (authority == null) {
      return CompletableFuture.failedFuture(
          new UnavailableException("this swarm has no certificate authority"));
    }
    if (signsElsewhere(authority)) {
      return external == null
          ? CompletableFuture.failedFuture(
              new UnavailableException(
                  "the root's key is kept by an external authority, which this manager was not"
                      + " given; start it with the same external authority as the others"))
          : external.issue(request, identity, life);
    }
    return work.call(() -> signer(authority, time).issue(request, identity, life));
  }

  /**
   * Has an external authority sign for a node that is no manager yet. Blocks.
   *
   * @throws SwarmException as the authority refuses; {@link UnavailableException} if it fails
   *     otherwise or does not answer within 30 seconds
   */
  static List<X509Certificate> ask(
      CertificateIssuer external, byte[] request, NodeIdentity identity, Duration life) {
    try {
      return external
          .issue(request, identity, life)
          .toCompletableFuture()
          .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      Throwable cause = Statuses.unwrap(Objects.requireNonNullElse(failed.getCause(), failed));
      if (cause instanceof SwarmException refusal) {
        throw refusal;
      }
      throw new UnavailableException("the external authority failed: " + cause, cause);
    } catch (TimeoutException silent) {
      throw new UnavailableException(
          "the external authority has not signed within " + ANSWER_SECONDS + " s", silent);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(
          "interrupted while the external authority was asked", interrupted);
    }
  }

  private static boolean signsElsewhere(Authority authority) {
    Authority.Rotation rotation = authority.rotation();
    return (rotation == null ? authority.key() : rotation.key()).size() == 0;
  }

  /** Who signs in a state of the authority; during a rotation the new root, by way of the old. */
  static CertificateAuthority signer(Authority authority, Time time) {
    X509Certificate root = Certificates.parse(authority.root()).get(0);
    Authority.Rotation rotation = authority.rotation();
    if (rotation == null) {
      return new CertificateAuthority(
          root, Certificates.readKey(authority.key().bytes()), List.of(root), time);
    }
    List<X509Certificate> path = new ArrayList<>(Certificates.parse(rotation.crossSigned()));
    path.add(root);
    return new CertificateAuthority(
        Certificates.parse(rotation.root()).get(0),
        Certificates.readKey(rotation.key().bytes()),
        path,
        time);
  }

  /** Whom nodes believe in a state of the authority. */
  static Trust trust(Authority authority) {
    List<X509Certificate> roots = new ArrayList<>(Certificates.parse(authority.root()));
    Authority.Rotation rotation = authority.rotation();
    if (rotation != null) {
      roots.addAll(Certificates.parse(rotation.root()));
    }
    return new Trust(roots);
  }
}
