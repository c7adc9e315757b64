package io.swarm4j.network.lb;

import static io.swarm4j.network.lb.BalancerFixture.ANY_PORT;
import static io.swarm4j.network.lb.BalancerFixture.connect;
import static io.swarm4j.network.lb.BalancerFixture.whoAnswers;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.Ip;
import io.swarm4j.testing.Feature;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which backend gets a connection. */
@Timeout(60)
class BalancerChoiceTest {

  @Feature("H02")
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void roundRobinGivesEveryBackendExactlyItsShare(int threads) throws Exception {
    try (BalancerFixture fixture = new BalancerFixture(Balancer.builder("test").threads(threads))) {
      InetSocketAddress web =
          fixture.web(
              fixture.greeting("a").backend(),
              fixture.greeting("b").backend(),
              fixture.greeting("c").backend());
      assertThat(answers(web, 300)).isEqualTo(Map.of("a", 100, "b", 100, "c", 100));
      BalancerStats stats = fixture.balancer().stats();
      assertThat(stats.accepted()).isEqualTo(300);
      assertThat(stats.frontends().get("web").accepted()).isEqualTo(300);
      assertThat(stats.connectFailures()).isZero();
    }
  }

  @Test
  void theShareOfADeadBackendIsSpreadEvenly() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture()) {
      InetSocketAddress web =
          fixture.web(
              fixture.greeting("a").backend(),
              fixture.dead("dead"),
              fixture.greeting("c").backend());
      assertThat(answers(web, 100)).isEqualTo(Map.of("a", 50, "c", 50));
      assertThat(fixture.balancer().stats().connectFailures()).isEqualTo(50);
    }
  }

  @Test
  void aClientIsResetAfterEachDeadBackendWasTriedOnce() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture()) {
      InetSocketAddress web = fixture.web(fixture.dead("x"), fixture.dead("y"), fixture.dead("z"));
      assertThatThrownBy(() -> whoAnswers(web)).isInstanceOf(SocketException.class);
      BalancerStats stats = fixture.balancer().stats();
      assertThat(stats.connectFailures()).isEqualTo(3);
      assertThat(stats.refused()).isEqualTo(1);
      assertThat(stats.frontends().get("web").active()).isZero();
      assertThat(stats.activeByBackend()).containsOnlyKeys("x", "y", "z").containsValue(0);
    }
  }

  @Test
  void aClientIsResetAtOnceWhereThereIsNoBackend() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture()) {
      InetSocketAddress web = fixture.web();
      assertThatThrownBy(() -> whoAnswers(web)).isInstanceOf(SocketException.class);
      assertThat(fixture.balancer().stats().refused()).isEqualTo(1);
    }
  }

  @Test
  void aBackendThatDoesNotAnswerInTimeIsPassedOver() throws Exception {
    try (BalancerFixture fixture =
        new BalancerFixture(Balancer.builder("test").connectTimeout(Duration.ofMillis(50)))) {
      Backend silent = fixture.closing(new SilentBackend()).backend();
      InetSocketAddress web = fixture.web(silent, fixture.greeting("a").backend());
      assertThat(answers(web, 4)).isEqualTo(Map.of("a", 4));
      assertThat(fixture.balancer().stats().connectFailures()).isPositive();
    }
  }

  @Test
  void aBackendIsNotReadBeforeItsConnectionStands() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture()) {
      Backend dead = fixture.dead("dead");
      InetSocketAddress web = fixture.web(dead, fixture.greeting("a").backend());
      try (Socket client = connect(web)) {
        client.getOutputStream().write("kept\n".getBytes(US_ASCII));
        assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("a");
        assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("kept");
      }
    }
  }

  @Test
  void loopbackAliasesAreAddressesOfTheirOwn() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture()) {
      InetAddress task1 = Ip.parse("127.99.7.1").toInetAddress();
      InetAddress task2 = Ip.parse("127.99.7.2").toInetAddress();
      TestServer a = fixture.closing(TestServer.greeting("a", task1));
      TestServer b = fixture.closing(TestServer.greeting("b", task2));
      Applied applied =
          fixture.apply(
              Frontend.tcp("vip1", bind("127.99.7.100", 0), List.of(a.backend())),
              Frontend.tcp("vip2", bind("127.99.7.101", 0), List.of(b.backend())));
      assertThat(applied.bindFailures()).isEmpty();
      assertThat(whoAnswers(applied.listening().get(0).actual())).isEqualTo("a");
      assertThat(whoAnswers(applied.listening().get(1).actual())).isEqualTo("b");
      assertThat(applied.listening().get(1).actual().getAddress().getHostAddress())
          .isEqualTo("127.99.7.101");
    }
  }

  @Test
  void familiesMix() throws Exception {
    InetAddress v6 = Ip.parse("::1").toInetAddress();
    try (BalancerFixture fixture = new BalancerFixture()) {
      TestServer six = fixture.closing(TestServer.greeting("six", v6));
      TestServer four = fixture.greeting("four");
      Applied applied =
          fixture.apply(
              Frontend.tcp("four", ANY_PORT, List.of(six.backend())),
              Frontend.tcp("six", new InetSocketAddress(v6, 0), List.of(four.backend())),
              Frontend.tcp("all", bind("::", 0), List.of(four.backend())),
              Frontend.tcp("all4", bind("0.0.0.0", 0), List.of(six.backend())));
      assertThat(applied.bindFailures()).isEmpty();
      List<InetSocketAddress> at = applied.listening().stream().map(Listening::actual).toList();
      assertThat(whoAnswers(at.get(0))).isEqualTo("six");
      assertThat(whoAnswers(at.get(1))).isEqualTo("four");
      assertThat(whoAnswers(new InetSocketAddress(v6, at.get(2).getPort()))).isEqualTo("four");
      assertThat(whoAnswers(bind("127.0.0.1", at.get(2).getPort()))).isEqualTo("four");
      assertThat(whoAnswers(bind("127.0.0.1", at.get(3).getPort()))).isEqualTo("six");
      assertThatThrownBy(() -> whoAnswers(new InetSocketAddress(v6, at.get(3).getPort())))
          .hasMessageContaining("refused");
    }
  }

  private static InetSocketAddress bind(String address, int port) {
    return new InetSocketAddress(address, port);
  }

  private static Map<String, Integer> answers(InetSocketAddress address, int connections)
      throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < connections; i++) {
      counts.merge(whoAnswers(address), 1, Integer::sum);
    }
    return counts;
  }
}
