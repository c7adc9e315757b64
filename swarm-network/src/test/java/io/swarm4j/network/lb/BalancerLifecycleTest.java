package io.swarm4j.network.lb;

import static io.swarm4j.network.lb.BalancerFixture.ANY_PORT;
import static io.swarm4j.network.lb.BalancerFixture.applied;
import static io.swarm4j.network.lb.BalancerFixture.connect;
import static io.swarm4j.network.lb.BalancerFixture.whoAnswers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.InvalidSpecException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a balancer begins and ends. */
@Timeout(60)
class BalancerLifecycleTest {

  @Test
  void closingEndsConnectionsListenersAndThreads() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture(Balancer.builder("mortal").threads(2));
        Socket client = connect(fixture.web(fixture.greeting("a").backend()))) {
      InetSocketAddress web = (InetSocketAddress) client.getRemoteSocketAddress();
      TestServer.readLine(client.getInputStream());
      assertThat(threadsOf("mortal"))
          .extracting(Thread::getName)
          .containsExactlyInAnyOrder("swarm-lb-mortal-1", "swarm-lb-mortal-2");
      assertThat(threadsOf("mortal")).allMatch(Thread::isDaemon);
      CompletionStage<Boolean> drained = fixture.balancer().drained("a", Duration.ofDays(1));

      fixture.balancer().close();

      assertThat(threadsOf("mortal")).isEmpty();
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .noneMatch(name -> name.startsWith("globalEventExecutor"));
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThatThrownBy(() -> connect(web)).isInstanceOf(ConnectException.class);
      new ServerSocket(web.getPort(), 1, web.getAddress()).close();
      assertThat(drained).isCompleted();
      assertThat(fixture.balancer().stats().activeByBackend()).containsEntry("a", 0);
      fixture.balancer().close();
    }
  }

  @Test
  void aClosedBalancerSaysSo() throws Exception {
    Balancer balancer = Balancer.builder("closed").build();
    balancer.close();
    assertThat(balancer.apply(new BalancerConfig(1, List.of())))
        .failsWithin(20, TimeUnit.SECONDS)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withMessageContaining("the balancer is closed");
    assertThat(balancer.drained("a", Duration.ofDays(1))).isCompleted();
    assertThat(threadsOf("closed")).isEmpty();
  }

  @Test
  void whateverWasSubmittedIsAnsweredWhenTheBalancerCloses() throws Exception {
    for (int round = 0; round < 50; round++) {
      Balancer balancer = Balancer.builder("hasty").threads(2).build();
      List<CompletionStage<Applied>> stages = new ArrayList<>();
      for (int revision = 1; revision <= 20; revision++) {
        stages.add(
            balancer.apply(
                new BalancerConfig(
                    revision, List.of(Frontend.tcp("web" + revision, ANY_PORT, List.of())))));
      }
      balancer.close();
      assertThat(stages).allMatch(stage -> stage.toCompletableFuture().isDone());
      assertThat(threadsOf("hasty")).isEmpty();
    }
  }

  @Test
  void aCallbackMayCloseTheBalancer() throws Exception {
    Balancer balancer = Balancer.builder("callback").build();
    CompletionStage<Void> closed =
        balancer.apply(new BalancerConfig(1, List.of())).thenRun(balancer::close);
    assertThat(closed).succeedsWithin(20, TimeUnit.SECONDS);
    balancer.close();
    assertThat(threadsOf("callback")).isEmpty();
  }

  @Test
  void balancersInOneProcessDoNotKnowEachOther() throws Exception {
    try (BalancerFixture one = new BalancerFixture(Balancer.builder("one"));
        BalancerFixture two = new BalancerFixture(Balancer.builder("two"))) {
      InetSocketAddress first = one.web(one.greeting("a").backend());
      InetSocketAddress second = two.web(two.greeting("b").backend());
      assertThat(whoAnswers(first)).isEqualTo("a");
      assertThat(whoAnswers(second)).isEqualTo("b");

      Applied conflict = applied(two.balancer(), 100, Frontend.tcp("web", first, List.of()));
      assertThat(conflict.bindFailures()).extracting(BindFailure::address).containsExactly(first);

      one.balancer().close();
      assertThat(two.balancer().stats().accepted()).isEqualTo(1);
      assertThat(applied(two.balancer(), 101, Frontend.tcp("web", first, List.of())).bindFailures())
          .isEmpty();
    }
  }

  @Test
  void badInputIsNamedWithARemedy() {
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere", 80);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);
    Backend backend = new Backend("t1", address, true);
    assertThatThrownBy(() -> new Backend("t1", unresolved, true))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("t1")
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> new Backend("t1", ANY_PORT, true)).hasMessageContaining("port");
    assertThatThrownBy(() -> Frontend.tcp("web", address, List.of(backend, backend)))
        .hasMessageContaining("'web'")
        .hasMessageContaining("'t1'");
    assertThatThrownBy(() -> Frontend.tcp("web", unresolved, List.of()))
        .hasMessageContaining("resolve");
    assertThatThrownBy(
            () ->
                new BalancerConfig(
                    1,
                    List.of(
                        Frontend.tcp("x", address, List.of()),
                        Frontend.tcp("y", address, List.of()))))
        .hasMessageContaining("'x'")
        .hasMessageContaining("frontends.y.binds")
        .hasMessageContaining("127.0.0.1:80");
    assertThatThrownBy(() -> Balancer.builder("b").threads(0)).hasMessageContaining("0");
  }

  private static List<Thread> threadsOf(String balancer) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("swarm-lb-" + balancer + "-"))
        .toList();
  }
}
