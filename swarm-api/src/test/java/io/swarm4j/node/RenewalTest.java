package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.ClusterId;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeProtocol.Certified;
import io.swarm4j.node.NodeProtocol.RenewRequest;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.security.Trust;
import io.swarm4j.testing.Feature;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalTest {
  private static final Duration LIFE = Duration.ofDays(90);
  private static final NodeIdentity NODE =
      new NodeIdentity(new NodeId(1, 2), NodeRole.WORKER, new ClusterId(3, 4));

  private final VirtualTime time = new VirtualTime(7);
  private final Loop loop = time.newLoop("agent");
  private final CertificateAuthority authority = CertificateAuthority.create(time);
  private final List<Instant> asked = new ArrayList<>();
  private final List<Instant> renewed = new ArrayList<>();
  private boolean away;

  @TempDir Path folder;
  private NodeDirectory directory;
  private OwnCredentials own;

  @BeforeEach
  void start() {
    directory = NodeDirectory.open(folder);
    KeyPair pair = CertificateAuthority.newKey();
    NodeCredentials first =
        new NodeCredentials(
            pair.getPrivate(),
            authority.issue(CertificateAuthority.request(pair), NODE, LIFE),
            new Trust(List.of(authority.root())));
    own = new OwnCredentials(directory, first);
    new Renewal(own, this::issue, loop, time.newChance(), (fresh, group) -> renewed.add(time.now()))
        .start();
  }

  @AfterEach
  void close() {
    directory.close();
  }

  private CompletionStage<Certified> issue(RenewRequest request) {
    asked.add(time.now());
    if (away) {
      return CompletableFuture.failedFuture(new UnavailableException("no manager is in reach"));
    }
    return CompletableFuture.completedFuture(
        new Certified(
            Certificates.pem(authority.issue(request.request().bytes(), NODE, LIFE)),
            Certificates.pem(List.of(authority.root())),
            null));
  }

  @Test
  @Feature("C16")
  void aCertificateIsRenewedBetweenHalfAndFourFifthsOfItsLife() {
    Instant since = time.now();
    for (int day = 0; day < 10 * 365; day++) {
      time.advance(Duration.ofDays(1));
      assertThat(own.credentials().expires()).as("day %s", day).isAfter(time.now());
    }

    assertThat(renewed).hasSizeBetween(10 * 365 / 72, 10 * 365 / 44);
    assertThat(asked).isEqualTo(renewed);
    Instant before = since;
    for (Instant each : renewed) {
      // a certificate begins an hour early
      assertThat(Duration.between(before, each))
          .isBetween(Duration.ofDays(44), Duration.ofDays(73));
      before = each;
    }
    assertThat(renewed.stream().map(each -> each.getEpochSecond() % 86_400).distinct())
        .as("at no particular time of day")
        .hasSizeGreaterThan(10);
  }

  @Test
  void failuresAreFollowedByLongerAndLongerPausesUpToAnHour() {
    away = true;
    time.advance(Duration.ofDays(80));

    List<Duration> pauses = new ArrayList<>();
    for (int i = 1; i < 14; i++) {
      pauses.add(Duration.between(asked.get(i - 1), asked.get(i)));
    }
    assertThat(pauses.subList(0, 4))
        .containsExactly(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(20),
            Duration.ofSeconds(40));
    assertThat(pauses.get(12)).isEqualTo(Duration.ofHours(1));
    assertThat(renewed).isEmpty();

    away = false;
    time.advance(Duration.ofHours(1));
    assertThat(renewed).as("before it expires").hasSize(1);
  }
}
