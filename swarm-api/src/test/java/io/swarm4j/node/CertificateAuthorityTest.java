package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ClusterId;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.security.Certificates;
import io.swarm4j.security.NodeCredentials;
import io.swarm4j.security.NodeIdentity;
import io.swarm4j.security.Trust;
import io.swarm4j.time.VirtualTime;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateAuthorityTest {
  private static final Duration LIFE = Duration.ofDays(90);
  private static final NodeIdentity NODE =
      new NodeIdentity(new NodeId(1, 2), NodeRole.WORKER, new ClusterId(3, 4));

  private final VirtualTime time = new VirtualTime(1);
  private final CertificateAuthority authority = CertificateAuthority.create(time);
  private final Trust trust = new Trust(List.of(authority.root()));
  private final KeyPair key = CertificateAuthority.newKey();

  private List<X509Certificate> issue(CertificateAuthority by) {
    return by.issue(CertificateAuthority.request(key), NODE, LIFE);
  }

  @Test
  void aCertificateSaysWhoTheNodeIs() {
    List<X509Certificate> chain = issue(authority);

    assertThat(trust.identify(chain, time.now())).isEqualTo(NODE);
    assertThat(chain.get(0).getPublicKey()).isEqualTo(key.getPublic());
    assertThat(chain.get(chain.size() - 1)).isEqualTo(authority.root());
  }

  @Test
  void clocksMayDifferByTenMinutes() {
    List<X509Certificate> chain = issue(authority);

    assertThat(trust.identify(chain, time.now().minus(Duration.ofMinutes(10)))).isEqualTo(NODE);
    assertThat(trust.identify(chain, time.now().plus(Duration.ofMinutes(10)))).isEqualTo(NODE);
  }

  @Test
  void anExpiredCertificateIsRefusedWithItsTime() {
    List<X509Certificate> chain = issue(authority);

    assertThatThrownBy(() -> trust.identify(chain, time.now().plus(LIFE).plusSeconds(1)))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining("expired at " + chain.get(0).getNotAfter().toInstant())
        .hasMessageContaining("join again");
  }

  @Test
  void aCertificateOfTheFutureIsRefusedWithTheRemedy() {
    List<X509Certificate> chain = issue(authority);

    assertThatThrownBy(() -> trust.identify(chain, time.now().minus(Duration.ofHours(2))))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining("set the clocks");
  }

  @Test
  void aCertificateOfAnotherSwarmIsRefused() {
    List<X509Certificate> chain = issue(CertificateAuthority.create(time));

    assertThatThrownBy(() -> trust.identify(chain, time.now()))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining("was not issued by this swarm");
  }

  @Test
  void whatTheNewRootSignsIsBelievedByWayOfTheOld() {
    CertificateAuthority next = CertificateAuthority.create(time);
    X509Certificate cross = authority.crossSign(next.root());
    CertificateAuthority rotating =
        new CertificateAuthority(next.root(), next.key(), List.of(cross, authority.root()), time);

    List<X509Certificate> chain = issue(rotating);

    assertThat(trust.identify(chain, time.now())).isEqualTo(NODE);
    assertThat(new Trust(List.of(next.root())).identify(chain, time.now())).isEqualTo(NODE);
  }

  @Test
  void aRequestThatItsKeyDidNotSignIsRefused() {
    byte[] request = CertificateAuthority.request(key);
    request[request.length - 1] ^= 1;

    assertThatThrownBy(() -> authority.issue(request, NODE, LIFE))
        .isInstanceOf(PermissionDeniedException.class);
  }

  @Test
  void aRootWithAnotherKeyIsRefused() {
    String root = Certificates.pem(List.of(authority.root()));
    String foreign = Certificates.pem(CertificateAuthority.create(time).key());

    assertThatThrownBy(() -> CertificateAuthority.of(root, foreign, time))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("the private key of the root certificate");
  }

  @Test
  void aRootOnItsLastYearIsRefused() {
    String root = Certificates.pem(List.of(authority.root()));
    String own = Certificates.pem(authority.key());
    time.advance(Duration.ofDays(20 * 365 - 100));

    assertThatThrownBy(() -> CertificateAuthority.of(root, own, time))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("expires too soon");
  }

  @Test
  void credentialsShowNoKey() {
    NodeCredentials credentials = new NodeCredentials(key.getPrivate(), issue(authority), trust);

    assertThat(credentials.toString())
        .isEqualTo("NodeCredentials[" + NODE + " until " + credentials.expires() + "]");
  }
}
