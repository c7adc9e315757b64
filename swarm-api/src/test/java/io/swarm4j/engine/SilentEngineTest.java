package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.docker.EngineAddress;
import io.swarm4j.engine.http.HttpLimits;
import io.swarm4j.engine.http.HttpServer;
import io.swarm4j.engine.http.Listen;
import io.swarm4j.engine.http.Outlet;
import io.swarm4j.engine.http.Request;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.http.Sink;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.RealTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node's engine that is slow, refuses, or says nothing does not harm what the swarm answers. */
@Timeout(120)
class SilentEngineTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private HttpServer engine;
  private ApiFixture fixture;

  /** An engine of our own making, and a node that has it. */
  private void start(Function<Request, CompletionStage<Response>> answers) {
    startEngine(answers);
    EngineAddress address = address();
    fixture = new ApiFixture("m1", builder -> builder.engine(address));
  }

  private void startEngine(Function<Request, CompletionStage<Response>> answers) {
    engine =
        HttpServer.start(
            "scripted",
            new RealTime(),
            List.of(new Listen.Tcp(ANY, null)),
            HttpLimits.DEFAULT,
            answers,
            Outlet.NONE);
  }

  private EngineAddress address() {
    InetSocketAddress address = (InetSocketAddress) engine.addresses().get(0);
    return EngineAddress.of("tcp://127.0.0.1:" + address.getPort());
  }

  @AfterEach
  void stop() {
    if (fixture != null) {
      fixture.close();
    }
    engine.close();
  }

  private static Response refusal() {
    return Response.of(400, "application/json", "{\"message\":\"no\"}\n".getBytes(UTF_8));
  }

  @Test
  void eventsOfTheSwarmDoNotLandInsideThoseOfTheEngine() throws Exception {
    CompletableFuture<Sink> stream = new CompletableFuture<>();
    start(
        request ->
            CompletableFuture.completedFuture(
                request.path().endsWith("/events")
                    ? new Response.Streamed(200, Map.of(), stream::complete)
                    : refusal()));
    try (Socket client = fixture.connect()) {
      client
          .getOutputStream()
          .write("GET /v1.51/events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
      Sink sink = stream.get(60, TimeUnit.SECONDS);
      sink.write("{\"whole\":1}\n{\"ha".getBytes(UTF_8));
      assertThat(next(reader)).isEqualTo("{\"whole\":1}");
      fixture.swarm.networks().create(NetworkSpec.overlay("between"));
      assertThat(next(reader)).contains("between").endsWith("}");
      sink.write("lf\":1}\n".getBytes(UTF_8));
      assertThat(next(reader)).isEqualTo("{\"half\":1}");
    }
  }

  /** The next line of an answer's content; its head and the sizes of chunks are passed over. */
  private static String next(BufferedReader reader) throws IOException {
    String line = reader.readLine();
    while (line != null && !line.contains("\"")) {
      line = reader.readLine();
    }
    return line;
  }

  @Test
  void refusalsOfTheEngineAreNoEvents() {
    start(request -> CompletableFuture.completedFuture(refusal()));
    var answer = fixture.get("/events?until=1");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.raw().body()).isEmpty();
  }

  @Test
  void networksAreListedAndPrunedWithoutTheEngine() {
    start(request -> CompletableFuture.completedFuture(refusal()));
    engine.close();
    fixture.swarm.networks().create(NetworkSpec.overlay("ours"));
    assertThat(fixture.get("/networks").json().findValuesAsText("Name")).contains("ours");
    var pruned = fixture.post("/networks/prune", "");
    assertThat(pruned.status()).isEqualTo(200);
    assertThat(pruned.json().at("/NetworksDeleted/0").asText()).isEqualTo("ours");
  }

  @Test
  void whatTheEngineRefusesToPruneLeavesTheNetworksOfTheSwarm() {
    start(request -> CompletableFuture.completedFuture(refusal()));
    fixture.swarm.networks().create(NetworkSpec.overlay("ours"));
    assertThat(fixture.post("/networks/prune", "").status()).isEqualTo(400);
    assertThat(fixture.swarm.networks().get("ours").name()).isEqualTo("ours");
  }

  @Test
  void theVersionIsNotToldBeforeTheEngineWasAsked() throws Exception {
    CompletableFuture<Response> told = new CompletableFuture<>();
    startEngine(request -> told);
    try (LocalEngine asked =
        new LocalEngine("asked", new RealTime(), address(), Duration.ofMinutes(5))) {
      CompletableFuture<ApiVersion> first = asked.newest().toCompletableFuture();
      assertThat(first).isNotDone();
      told.complete(version());

      assertThat(first.get(60, TimeUnit.SECONDS)).hasToString("1.41");
      assertThat(asked.newestHeard()).hasToString("1.41");
    }
  }

  @Test
  void aVersionThatTheEngineDoesNotKnowIsRefusedToWhoAsksForIt() {
    start(request -> CompletableFuture.completedFuture(version()));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (fixture.get("/v1.44/_ping").status() == 200 && System.nanoTime() < end) {
      Thread.onSpinWait(); // the engine may be slow to tell its version
    }

    var refused = fixture.get("/v1.44/_ping");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("message").asText())
        .isEqualTo("client version 1.44 is too new. Maximum supported API version is 1.41");
    assertThat(fixture.get("/v1.41/_ping").status()).isEqualTo(200);
    assertThat(fixture.get("/v1.44/nodes").status()).isEqualTo(200); // which is the swarm's alone
  }

  private static Response version() {
    return Response.of(200, "application/json", "{\"ApiVersion\":\"1.41\"}\n".getBytes(UTF_8));
  }

  @Test
  void anEngineThatSaysNothingKeepsNobodyWaitingForItsVersion() throws Exception {
    startEngine(request -> new CompletableFuture<>());
    try (LocalEngine asked =
        new LocalEngine("asked", new RealTime(), address(), Duration.ofMillis(100))) {
      assertThat(asked.newest().toCompletableFuture().get(60, TimeUnit.SECONDS))
          .isEqualTo(ApiVersion.NEWEST);
    }
  }

  @Test
  void anEngineThatSaysNothingIsAskedForItsVersionOnce() {
    AtomicInteger asked = new AtomicInteger();
    start(
        request -> {
          asked.incrementAndGet();
          return new CompletableFuture<>();
        });
    for (int i = 0; i < 20; i++) {
      assertThat(fixture.get("/_ping").status()).isEqualTo(200);
    }
    assertThat(asked.get()).isLessThanOrEqualTo(1);
  }

  @Test
  void anEndpointThatCanNotListenLeavesNothingBehind() throws InterruptedException {
    start(request -> CompletableFuture.completedFuture(refusal()));
    String name = "engine-w1-peer";
    assertThatThrownBy(
            () ->
                EngineApi.of(fixture.swarm, "w1")
                    .engine(address())
                    .openTcp(fixture.address())
                    .start())
        .isInstanceOf(UnavailableException.class);
    List<Thread> own =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith(name))
            .toList();
    for (Thread thread : own) {
      thread.join(30_000); // it was told to end, which may take it a moment
    }
    assertThat(own).noneMatch(Thread::isAlive);
  }
}
