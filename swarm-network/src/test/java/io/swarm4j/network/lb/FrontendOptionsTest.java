package io.swarm4j.network.lb;

import static io.swarm4j.network.lb.BalancerFixture.ANY_PORT;
import static io.swarm4j.network.lb.BalancerFixture.connect;
import static io.swarm4j.network.lb.BalancerFixture.whoAnswers;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a frontend does beyond choosing a backend. */
@Timeout(120)
class FrontendOptionsTest {
  private final BalancerFixture fixture = new BalancerFixture();

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  private InetSocketAddress web(FrontendOptions options, Backend... backends) throws Exception {
    return fixture
        .apply(Frontend.tcp("web", ANY_PORT, List.of(backends)).with(options))
        .listening()
        .get(0)
        .actual();
  }

  private BalancerStats.FrontendStats stats() {
    return fixture.balancer().stats().frontends().get("web");
  }

  @Test
  void aStickyClientComesBackToItsBackendWhileThatIsOffered() throws Exception {
    FrontendOptions sticky = FrontendOptions.NONE.withStickiness(Duration.ofHours(1));
    Backend a = fixture.greeting("a").backend();
    Backend b = fixture.greeting("b").backend();
    InetSocketAddress web = web(sticky, a, b);
    String first = whoAnswers(web);
    for (int i = 0; i < 5; i++) {
      assertThat(whoAnswers(web)).isEqualTo(first);
    }
    fixture.apply(Frontend.tcp("web", ANY_PORT, List.of(first.equals("a") ? b : a)).with(sticky));
    assertThat(whoAnswers(web)).isNotEqualTo(first);
  }

  @Test
  void backendsOfTheSameNodeComeFirst() throws Exception {
    Backend near = fixture.greeting("near").backend();
    Backend far = new Backend("far", fixture.greeting("far").address(), false);
    InetSocketAddress web = web(FrontendOptions.NONE.withSameNodeFirst(true), far, near);
    for (int i = 0; i < 4; i++) {
      assertThat(whoAnswers(web)).isEqualTo("near");
    }
    fixture.apply(
        Frontend.tcp("web", ANY_PORT, List.of(far, fixture.dead("dead")))
            .with(FrontendOptions.NONE.withSameNodeFirst(true)));
    assertThat(whoAnswers(web)).isEqualTo("far");
  }

  @Test
  void aConnectionTooManyIsReset() throws Exception {
    InetSocketAddress web =
        web(FrontendOptions.NONE.withMaxConnections(1), fixture.greeting("a").backend());
    try (Socket first = connect(web)) {
      assertThat(TestServer.readLine(first.getInputStream())).isEqualTo("a");
      assertThatThrownBy(() -> whoAnswers(web)).isInstanceOf(SocketException.class);
      assertThat(stats().refused()).isEqualTo(1);
    }
  }

  @Test
  void aFullBackendIsPassedOver() throws Exception {
    InetSocketAddress web =
        web(
            FrontendOptions.NONE.withMaxPerBackend(1),
            fixture.greeting("a").backend(),
            fixture.greeting("b").backend());
    try (Socket one = connect(web);
        Socket two = connect(web)) {
      TreeSet<String> both = new TreeSet<>();
      both.add(TestServer.readLine(one.getInputStream()));
      both.add(TestServer.readLine(two.getInputStream()));
      assertThat(both).containsExactly("a", "b");
      assertThatThrownBy(() -> whoAnswers(web)).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void anIdleConnectionIsResetOnBothSides() throws Exception {
    TestServer server = fixture.greeting("a");
    InetSocketAddress web =
        web(FrontendOptions.NONE.withIdleTimeout(Duration.ofMillis(50)), server.backend());
    try (Socket idle = connect(web)) {
      assertThat(TestServer.readLine(idle.getInputStream())).isEqualTo("a");
      assertThatThrownBy(() -> idle.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      assertThat(stats().idle()).isEqualTo(1);
      assertThat(stats().active()).isZero();
    }
  }

  @Test
  void whatDoesNotDrainCanBeCut() throws Exception {
    InetSocketAddress web = web(FrontendOptions.NONE, fixture.greeting("a").backend());
    try (Socket stubborn = connect(web)) {
      assertThat(TestServer.readLine(stubborn.getInputStream())).isEqualTo("a");
      fixture.apply(Frontend.tcp("web", ANY_PORT, List.of()));
      assertThat(
              fixture
                  .balancer()
                  .drained("a", Duration.ofMillis(20))
                  .toCompletableFuture()
                  .get(60, TimeUnit.SECONDS))
          .isFalse();
      fixture.balancer().cut("a").toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertThatThrownBy(() -> stubborn.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void aLastAnswerIsPassedOnBeforeItsConnectionIsCut() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    TestServer server =
        fixture.closing(
            new TestServer(
                "a",
                socket -> {
                  socket.getOutputStream().write("first\n".getBytes(US_ASCII));
                  await(go);
                  socket.getOutputStream().write("last\n".getBytes(US_ASCII));
                  socket.close();
                  ended.countDown();
                }));
    InetSocketAddress web = web(FrontendOptions.NONE, server.backend());
    try (Socket client = connect(web)) {
      assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("first");
      // What follows runs on the only loop: it sees the answer no sooner than it is told to cut.
      fixture
          .balancer()
          .apply(new BalancerConfig(9, List.of()))
          .thenRun(
              () -> {
                go.countDown();
                await(ended);
                fixture.balancer().cut("a");
              });
      assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("last");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void bytesAreCountedByDirection() throws Exception {
    InetSocketAddress web = web(FrontendOptions.NONE, fixture.greeting("a").backend());
    try (Socket client = connect(web)) {
      client.getOutputStream().write("12345\n".getBytes(US_ASCII));
      TestServer.readLine(client.getInputStream());
      TestServer.readLine(client.getInputStream());
    }
    assertThat(stats().fromClients()).isEqualTo(6);
    assertThat(stats().toClients()).isEqualTo(8);
  }

  @Test
  void aProxyInFrontSaysForWhomItConnects() throws Exception {
    for (ProxyProtocol version : List.of(ProxyProtocol.V1, ProxyProtocol.V2)) {
      TestServer echo =
          fixture.closing(
              new TestServer(
                  "a", socket -> socket.getInputStream().transferTo(socket.getOutputStream())));
      InetSocketAddress inner =
          fixture
              .apply(
                  frontend("web", ProxyProtocol.V1, echo.backend())
                      .with(FrontendOptions.NONE.withProxyProtocolIn(true)))
              .listening()
              .get(0)
              .actual();
      try (BalancerFixture outer = new BalancerFixture()) {
        InetSocketAddress web =
            outer
                .apply(frontend("outer", version, new Backend("inner", inner, true)))
                .listening()
                .get(0)
                .actual();
        try (Socket client = connect(web)) {
          client.getOutputStream().write("GET /\n".getBytes(US_ASCII));
          assertThat(TestServer.readLine(client.getInputStream()))
              .startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 " + client.getLocalPort() + " ");
          assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("GET /");
        }
      }
    }
  }

  private static Frontend frontend(String id, ProxyProtocol version, Backend backend) {
    return new Frontend(
        id, List.of(ANY_PORT), Protocol.TCP, Algorithm.ROUND_ROBIN, version, List.of(backend));
  }

  @Test
  void whoDoesNotSayForWhomItConnectsIsReset() throws Exception {
    InetSocketAddress web =
        web(FrontendOptions.NONE.withProxyProtocolIn(true), fixture.greeting("a").backend());
    for (String first : List.of("GET / HTTP/1.1\r\n", "PROXY TCP4 x y 1 2\r\n", "P".repeat(200))) {
      try (Socket client = connect(web)) {
        client.getOutputStream().write(first.getBytes(US_ASCII));
        assertThatThrownBy(() -> end(client)).isInstanceOf(SocketException.class);
      }
    }
  }

  private static void end(Socket client) throws IOException {
    if (client.getInputStream().read() < 0) {
      throw new AssertionError("ended in good order");
    }
  }
}
