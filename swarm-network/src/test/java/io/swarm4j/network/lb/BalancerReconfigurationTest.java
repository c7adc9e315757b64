package io.swarm4j.network.lb;

import static io.swarm4j.network.lb.BalancerFixture.ANY_PORT;
import static io.swarm4j.network.lb.BalancerFixture.applied;
import static io.swarm4j.network.lb.BalancerFixture.connect;
import static io.swarm4j.network.lb.BalancerFixture.whoAnswers;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when one configuration follows another. */
@Timeout(60)
@ParameterizedClass
@MethodSource("io.swarm4j.network.lb.BalancerFixture#transports")
class BalancerReconfigurationTest {
  @Parameter Transport transport;

  @Feature("H18")
  @Test
  void anEstablishedConnectionOutlivesItsBackendsWithdrawal() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture(transport)) {
      TestServer a = fixture.greeting("a");
      TestServer b = fixture.greeting("b");
      InetSocketAddress web = fixture.web(a.backend());
      try (Socket client = connect(web)) {
        assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("a");
        assertThat(fixture.web(b.backend())).isEqualTo(web);
        assertThat(whoAnswers(web)).isEqualTo("b");
        client.getOutputStream().write("still here\n".getBytes(US_ASCII));
        assertThat(TestServer.readLine(client.getInputStream())).isEqualTo("still here");
        assertThat(fixture.balancer().stats().activeByBackend()).containsEntry("a", 1);
      }
      assertThat(fixture.balancer().drained("a", Duration.ofSeconds(20)))
          .succeedsWithin(20, TimeUnit.SECONDS)
          .isEqualTo(true);
      fixture.web(b.backend());
      assertThat(fixture.balancer().stats().activeByBackend()).containsOnlyKeys("b");
    }
  }

  @Test
  void drainingEndsAtItsDeadline() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture(transport);
        Socket client = connect(fixture.web(fixture.greeting("a").backend()))) {
      TestServer.readLine(client.getInputStream());
      CompletionStage<Boolean> drained = fixture.balancer().drained("a", Duration.ofMillis(30));
      assertThat(drained).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo(false);
      assertThat(fixture.balancer().drained("unknown", Duration.ofDays(1)))
          .succeedsWithin(20, TimeUnit.SECONDS)
          .isEqualTo(true);
    }
  }

  @Test
  void aRemovedFrontendRefusesAndItsPortIsFree() throws Exception {
    try (BalancerFixture fixture =
        new BalancerFixture(Balancer.builder("test").transport(transport).threads(2))) {
      TestServer a = fixture.greeting("a");
      for (int i = 0; i < 50; i++) {
        InetSocketAddress web = fixture.web(a.backend());
        assertThat(whoAnswers(web)).isEqualTo("a");
        assertThat(fixture.apply().listening()).isEmpty();
        assertThatThrownBy(() -> connect(web)).isInstanceOf(ConnectException.class);
        new ServerSocket(web.getPort(), 1, web.getAddress()).close();
      }
      assertThat(fixture.balancer().stats().frontends()).isEmpty();
    }
  }

  @Test
  void anAddressMayPassToAnotherFrontendOrToAnOverlappingBind() throws Exception {
    try (BalancerFixture fixture =
        new BalancerFixture(Balancer.builder("test").transport(transport).threads(2))) {
      List<Backend> a = List.of(fixture.greeting("a").backend());
      List<Backend> b = List.of(fixture.greeting("b").backend());
      InetSocketAddress address = fixture.web(a.toArray(Backend[]::new));
      InetSocketAddress wildcard = new InetSocketAddress("0.0.0.0", address.getPort());
      fixture.apply();
      fixture.apply(Frontend.tcp("one", address, a));
      assertThat(whoAnswers(address)).isEqualTo("a");
      fixture.apply(Frontend.tcp("two", address, b));
      assertThat(whoAnswers(address)).isEqualTo("b");
      assertThat(fixture.apply(Frontend.tcp("three", wildcard, a)).bindFailures()).isEmpty();
      assertThat(whoAnswers(address)).isEqualTo("a");
      assertThat(fixture.apply(Frontend.tcp("two", address, b)).bindFailures()).isEmpty();
      assertThat(whoAnswers(address)).isEqualTo("b");
    }
  }

  @Test
  void aTakenPortIsReportedAndTriedAgainWhileTheRestComesIntoForce() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture(transport);
        ServerSocket foreign = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Backend> backends = List.of(fixture.greeting("a").backend());
      InetSocketAddress taken = (InetSocketAddress) foreign.getLocalSocketAddress();
      InetSocketAddress notOurs = new InetSocketAddress("192.0.2.1", 0);
      Frontend[] frontends = {
        Frontend.tcp("taken", taken, backends),
        Frontend.tcp("elsewhere", notOurs, backends),
        Frontend.tcp("web", ANY_PORT, backends)
      };
      Applied applied = fixture.apply(frontends);
      assertThat(applied.bindFailures())
          .extracting(BindFailure::frontend, BindFailure::address)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("taken", taken),
              org.assertj.core.groups.Tuple.tuple("elsewhere", notOurs));
      assertThat(applied.bindFailures().get(0))
          .hasToString("frontend 'taken' cannot listen on " + taken + ": Address already in use");
      assertThat(whoAnswers(applied.listening().get(0).actual())).isEqualTo("a");

      foreign.close();
      Applied again = applied(fixture.balancer(), applied.revision(), frontends);
      assertThat(again.bindFailures()).extracting(BindFailure::frontend).containsOnly("elsewhere");
      assertThat(whoAnswers(taken)).isEqualTo("a");
    }
  }

  @Test
  void aLowerRevisionChangesNothing() throws Exception {
    try (BalancerFixture fixture = new BalancerFixture(transport)) {
      TestServer a = fixture.greeting("a");
      TestServer b = fixture.greeting("b");
      InetSocketAddress web =
          applied(fixture.balancer(), 10, Frontend.tcp("web", ANY_PORT, List.of(a.backend())))
              .listening()
              .get(0)
              .actual();
      Applied late =
          applied(fixture.balancer(), 9, Frontend.tcp("web", ANY_PORT, List.of(b.backend())));
      assertThat(late.revision()).isEqualTo(10);
      assertThat(whoAnswers(web)).isEqualTo("a");
    }
  }

  @Test
  void ofManyConfigurationsAtOnceTheHighestRevisionStays() throws Exception {
    try (BalancerFixture fixture =
        new BalancerFixture(Balancer.builder("test").transport(transport).threads(2))) {
      TestServer a = fixture.greeting("a");
      TestServer b = fixture.greeting("b");
      List<CompletableFuture<Applied>> stages = new ArrayList<>();
      for (int revision = 1; revision <= 500; revision++) {
        Backend backend = (revision % 2 == 0 ? a : b).backend();
        stages.add(
            fixture
                .balancer()
                .apply(
                    new BalancerConfig(
                        revision, List.of(Frontend.tcp("web", ANY_PORT, List.of(backend)))))
                .toCompletableFuture());
      }
      for (int i = 0; i < stages.size(); i++) {
        assertThat(stages.get(i).get(20, TimeUnit.SECONDS).revision()).isGreaterThan(i);
      }
      Applied last = stages.get(499).get();
      assertThat(last.revision()).isEqualTo(500);
      assertThat(whoAnswers(last.listening().get(0).actual())).isEqualTo("a");
    }
  }

  @Test
  void aConnectionOnItsWayToAWithdrawnBackendIsMovedBeforeTheStageCompletes() throws Exception {
    try (BalancerFixture fixture =
        new BalancerFixture(
            Balancer.builder("test").transport(transport).connectTimeout(Duration.ofDays(1)))) {
      Backend silent = fixture.closing(new SilentBackend()).backend();
      TestServer a = fixture.greeting("a");
      InetSocketAddress web = fixture.web(silent);
      try (Socket first = connect(web);
          Socket second = connect(web)) {
        first.getOutputStream().write("kept\n".getBytes(US_ASCII));
        // Once this one is served, the balancer has accepted the two before it.
        fixture.web(silent, a.backend());
        List<String> served = new ArrayList<>();
        try (Socket third = connect(web);
            Socket fourth = connect(web)) {
          fixture.web(a.backend());
          assertThat(fixture.balancer().stats().activeByBackend())
              .doesNotContainEntry("silent", 1)
              .doesNotContainEntry("silent", 2);
          for (Socket socket : List.of(first, second, third, fourth)) {
            served.add(TestServer.readLine(socket.getInputStream()));
          }
        }
        assertThat(served).containsOnly("a");
        assertThat(TestServer.readLine(first.getInputStream())).isEqualTo("kept");
        assertThat(fixture.balancer().drained("silent", Duration.ZERO))
            .succeedsWithin(20, TimeUnit.SECONDS)
            .isEqualTo(true);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void noRequestFailsWhileBackendsComeAndGo(int threads) throws Exception {
    try (BalancerFixture fixture =
        new BalancerFixture(Balancer.builder("test").transport(transport).threads(threads))) {
      Backend[] backends = {
        fixture.greeting("a").backend(),
        fixture.greeting("b").backend(),
        fixture.greeting("c").backend()
      };
      InetSocketAddress web = fixture.web(backends);
      try (Load load = new Load(4, () -> whoAnswers(web))) {
        for (int i = 0; i < 600; i++) {
          fixture.web(backends[i % 3]);
          fixture.web(backends[i % 3], backends[(i + 1) % 3]);
        }
        load.awaitRounds(100);
        assertThat(load.failures()).isEmpty();
      }
    }
  }

  /**
   * A client says which withdrawals were complete before it connected; a server that was withdrawn
   * by one of those must not hear from it.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aWithdrawnBackendGetsNoNewConnectionOnceTheStageIsComplete(int threads) throws Exception {
    AtomicLong epoch = new AtomicLong();
    AtomicLong withdrawnAt = new AtomicLong(Long.MAX_VALUE);
    Queue<String> violations = new ConcurrentLinkedQueue<>();
    AtomicInteger reachedVictim = new AtomicInteger();
    try (BalancerFixture fixture =
        new BalancerFixture(Balancer.builder("test").transport(transport).threads(threads))) {
      TestServer victim =
          fixture.closing(
              new TestServer(
                  "victim",
                  socket -> {
                    long startedIn = Long.parseLong(TestServer.readLine(socket.getInputStream()));
                    reachedVictim.incrementAndGet();
                    if (startedIn >= withdrawnAt.get()) {
                      violations.add("started in " + startedIn);
                    }
                    socket.getOutputStream().write("victim\n".getBytes(US_ASCII));
                  }));
      TestServer other =
          fixture.closing(
              new TestServer(
                  "other",
                  socket -> {
                    TestServer.readLine(socket.getInputStream());
                    socket.getOutputStream().write("other\n".getBytes(US_ASCII));
                  }));
      InetSocketAddress web = fixture.web(victim.backend(), other.backend());
      try (Load load =
          new Load(
              4,
              () -> {
                long startedIn = epoch.get();
                try (Socket socket = connect(web)) {
                  socket.getOutputStream().write((startedIn + "\n").getBytes(US_ASCII));
                  TestServer.readLine(socket.getInputStream());
                }
              })) {
        for (int i = 1; i <= 300; i++) {
          fixture.web(other.backend());
          withdrawnAt.set(i);
          epoch.set(i);
          load.awaitRounds(2);
          // Requests of this epoch are over before the victim may be reached again.
          withdrawnAt.set(Long.MAX_VALUE);
          fixture.web(victim.backend(), other.backend());
          load.awaitRounds(1);
        }
        assertThat(load.failures()).isEmpty();
      }
      assertThat(violations).isEmpty();
      assertThat(reachedVictim).hasPositiveValue();
    }
  }

  /** Something that may fail. */
  interface Request {
    void run() throws IOException;
  }

  /** Threads that repeat a request until closed. */
  private static final class Load implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private long rounds;

    Load(int count, Request request) {
      for (int i = 0; i < count; i++) {
        Thread thread = new Thread(() -> repeat(request), "test-load");
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
      }
    }

    private void repeat(Request request) {
      while (running.get()) {
        try {
          request.run();
        } catch (IOException | RuntimeException e) {
          failures.add(e);
        }
        synchronized (this) {
          rounds++;
          notifyAll();
        }
      }
    }

    /** Waits until so many requests for each thread have ended from now on. */
    synchronized void awaitRounds(int each) throws InterruptedException {
      long enough = rounds + (long) each * threads.size();
      while (rounds < enough) {
        wait();
      }
    }

    Queue<Throwable> failures() {
      return failures;
    }

    @Override
    public void close() throws InterruptedException {
      running.set(false);
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }
}
