package io.swarm4j.agent.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.Container.Exit;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Payload;
import io.swarm4j.testing.CollectedLog;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.TestTask;
import io.swarm4j.testing.WatchedTime;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JvmRuntimeTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final WatchedTime time = new WatchedTime();
  private JvmRuntime runtime = JvmRuntime.create(time, JvmImages.NONE);

  @AfterEach
  void close() {
    runtime.close();
  }

  private Container start(JvmImage code) throws Exception {
    return start(code, image -> {}, TestTask.of(ContainerSpec.of("app")));
  }

  private Container start(JvmImage code, Consumer<JvmImages.ImageBuilder> more, TestTask task)
      throws Exception {
    runtime.close();
    runtime = JvmRuntime.create(time, JvmImages.builder().image("app", code, more).build());
    Container container = runtime.create(task.context());
    await(container.start());
    return container;
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static List<String> output(Container container) throws Exception {
    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(LogOptions.ALL, log)) {
      log.awaitEnd();
    }
    return log.texts();
  }

  @Test
  void imagesAreToldApartByTheirTags() {
    JvmImages images =
        JvmImages.builder().image("shop/web", task -> {}).image("shop/web:2", task -> {}).build();

    assertThat(images.find("shop/web")).isSameAs(images.find("shop/web:latest")).isNotNull();
    assertThat(images.find("docker.io/shop/web")).isSameAs(images.find("shop/web"));
    assertThat(images.find("shop/web@sha256:" + "0".repeat(64))).isSameAs(images.find("shop/web"));
    assertThat(images.find("shop/web:2")).isNotNull().isNotSameAs(images.find("shop/web"));
    assertThat(images.find("shop/web:3")).isNull();
    assertThat(images.find("web")).isNull();
    assertThat(images.names()).containsExactly("shop/web:2", "shop/web:latest");
  }

  @Test
  void imagesCanBePutTogetherFromOthers() {
    JvmImages some = JvmImages.builder().image("web", task -> {}).build();

    JvmImages all = JvmImages.builder().image("db", task -> {}).images(some).build();

    assertThat(all.names()).containsExactly("db:latest", "web:latest");
    assertThatThrownBy(() -> JvmImages.builder().images(some).images(some))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("web:latest");
  }

  @Test
  void codeThatShallListenHasStartedOnceItDoes() throws Exception {
    CountDownLatch mayListen = new CountDownLatch(1);
    runtime.close();
    runtime =
        JvmRuntime.create(
            time,
            JvmImages.builder()
                .image(
                    "app",
                    task -> {
                      mayListen.await();
                      task.listening(4711);
                      task.awaitStop();
                    },
                    image -> image.expose(4711))
                .build());
    Container container = runtime.create(TestTask.of(ContainerSpec.of("app")).context());

    CompletableFuture<?> started = container.start().toCompletableFuture();
    assertThatThrownBy(() -> started.get(50, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    mayListen.countDown();

    await(started);
  }

  @Test
  void codeThatDoesNotListenThoughItShallHasStartedAfterAWhile() throws Exception {
    Container container =
        start(
            JvmTask::awaitStop, image -> image.expose(4711), TestTask.of(ContainerSpec.of("app")));

    await(container.stop(LONG));
  }

  @Test
  void codeThatEndsBeforeItListensHasStartedAndEnded() throws Exception {
    Container container =
        start(
            task -> task.exit(5),
            image -> image.expose(4711),
            TestTask.of(ContainerSpec.of("app")));

    assertThat(await(container.exit()).code()).isEqualTo(5);
  }

  @Test
  void imageNamesAreUniqueAndValid() {
    JvmImages.Builder images = JvmImages.builder().image("web", task -> {});

    assertThatThrownBy(() -> images.image("web:latest", task -> {}))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("web:latest");
    assertThatThrownBy(() -> images.image("no blanks", task -> {}))
        .isInstanceOf(InvalidSpecException.class);
  }

  @Test
  void exceptionIsExitCodeOneWithItsTextAndTrace() throws Exception {
    Container container =
        start(
            task -> {
              throw new IOException("disk on fire");
            });

    Exit exit = await(container.exit());

    assertThat(exit.code()).isEqualTo(1);
    assertThat(exit.message()).contains("disk on fire");
    assertThat(output(container).get(0)).isEqualTo("java.io.IOException: disk on fire");
  }

  @Test
  @Feature("I03")
  void anyThreadOfATaskCanEndIt() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Container container =
        start(
            task -> {
              task.spawn(() -> task.exit(9));
              never.await();
            });

    assertThat(await(container.exit()).code()).isEqualTo(9);
  }

  @Test
  void exitThatMainIgnoresIsCarriedOutAllTheSame() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Container container =
        start(
            task -> {
              task.spawn(() -> task.exit(9));
              ignoringInterrupts(release);
            });

    assertThat(await(container.exit()).code()).isEqualTo(9);
    release.countDown();
  }

  @Test
  void codeThatIgnoresEverythingDoesNotHoldUpTheRuntime() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Container container = start(task -> ignoringInterrupts(release));

    runtime.close();

    assertThat(await(container.exit()).code()).isEqualTo(137);
    assertThat(time.threadsLeft()).hasSize(1).allMatch(name -> name.contains("test.1"));
    release.countDown();
    assertThat(time.threadsLeft()).isEmpty();
  }

  private static void ignoringInterrupts(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException ignored) {
        // this is what the test is about
      }
    }
  }

  @Test
  void hooksRunBeforeTheThreadIsInterrupted() throws Exception {
    CompletableFuture<String> seen = new CompletableFuture<>();
    Container container =
        start(
            task -> {
              task.onStop(() -> seen.complete("stopping " + task.stopping()));
              new CountDownLatch(1).await();
            });

    await(container.stop(LONG));

    assertThat(seen).isCompletedWithValue("stopping true");
    assertThat(await(container.exit()).code()).isEqualTo(143);
  }

  @Test
  void codeThatAwaitsItsStopCleansUpUndisturbed() throws Exception {
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Container container =
        start(
            task -> {
              task.awaitStop();
              boolean within = new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
              interrupted.complete(within || Thread.currentThread().isInterrupted());
            });

    await(container.stop(LONG));

    assertThat(interrupted).isCompletedWithValue(false);
    assertThat(await(container.exit()).code()).isZero();
  }

  @Test
  void stopInterruptsAThreadThatAcceptsConnections() throws Exception {
    Container container =
        start(
            task -> {
              try (ServerSocketChannel channel = task.listen(0)) {
                while (!task.stopping()) {
                  channel.accept().close();
                }
              }
            });

    await(container.stop(LONG));

    assertThat(await(container.exit()).code()).isIn(0, 143); // 0 if it saw the stop first
  }

  @Test
  void samePortIsFreeForEachTaskOnItsOwnAddresses() throws Exception {
    CompletableFuture<Integer> chosen = new CompletableFuture<>();
    JvmImage code =
        task -> {
          task.serve(
              chosen.getNow(0),
              connection -> connection.getOutputStream().write(task.env().get("ME").charAt(0)));
          chosen.complete(((LiveTask) task).ports().get(0));
          task.awaitStop();
        };
    runtime.close();
    runtime = JvmRuntime.create(time, JvmImages.builder().image("app", code).build());
    Container one = runtime.create(task("a").address("127.83.1.1").address("127.83.2.1").context());
    await(one.start());
    int port = await(chosen);
    Container two = runtime.create(task("b").address("127.83.1.2").context());
    await(two.start());
    awaitListening(two, port);

    assertThat(answer("127.83.1.1", port)).isEqualTo('a');
    assertThat(answer("127.83.2.1", port)).isEqualTo('a');
    assertThat(answer("127.83.1.2", port)).isEqualTo('b');
    await(one.stop(LONG));
    assertThatThrownBy(() -> answer("127.83.1.1", port)).isInstanceOf(IOException.class);
    assertThat(answer("127.83.1.2", port)).isEqualTo('b');
  }

  private static TestTask task(String me) {
    return TestTask.of(ContainerSpec.of("app")).env("ME", me);
  }

  private static void awaitListening(Container container, int port) throws Exception {
    while (!await(container.probe(new Probe.Tcp(port), LONG)).healthy()) {
      Thread.onSpinWait();
    }
  }

  private static int answer(String address, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), 5_000);
      int answer = socket.getInputStream().read();
      if (answer < 0) {
        throw new EOFException("closed by a thread that still sat in accept");
      }
      return answer;
    }
  }

  @Test
  void namesAreLookedUpOnTheTasksNetworksOnly() throws Exception {
    NetworkId network = new NetworkId(1, 2);
    CompletableFuture<List<String>> found = new CompletableFuture<>();
    TestTask task =
        TestTask.of(ContainerSpec.of("app"))
            .address(network, "127.83.3.1")
            .names(
                (name, networks) ->
                    name.equals("db") && networks.equals(List.of(network))
                        ? List.of(Ip.parse("127.83.3.9"))
                        : List.of());
    start(
        me ->
            found.complete(
                List.of(
                    me.resolve("db").getHostAddress(),
                    me.resolve("localhost").getHostAddress(),
                    me.resolve("127.0.0.7").getHostAddress(),
                    unknown(me))),
        image -> {},
        task);

    assertThat(await(found))
        .containsExactly("127.83.3.9", "127.83.3.1", "127.0.0.7", "unknown: example.org");
  }

  private static String unknown(JvmTask task) {
    try {
      return task.resolve("example.org").getHostAddress();
    } catch (UnknownHostException expected) {
      return "unknown: " + expected.getMessage().substring(0, "example.org".length());
    }
  }

  @Test
  @Feature({"O09", "O10"})
  void secretsAreFoundByTargetAndByNobodyElse() throws Exception {
    CompletableFuture<String> read = new CompletableFuture<>();
    start(
        task -> {
          String seen =
              new String(task.secret("pass"), StandardCharsets.UTF_8)
                  + new String(task.secret("/run/secrets/pass"), StandardCharsets.UTF_8)
                  + new String(task.config("/etc/app"), StandardCharsets.UTF_8);
          assertThatThrownBy(() -> task.secret("other")).isInstanceOf(NotFoundException.class);
          assertThatThrownBy(() -> task.config("pass")).isInstanceOf(NotFoundException.class);
          read.complete(seen);
        },
        image -> {},
        TestTask.of(ContainerSpec.of("app"))
            .secret(FileTarget.of("pass"), Payload.of("x"))
            .config(FileTarget.of("/etc/app"), Payload.of("y")));

    assertThat(await(read)).isEqualTo("xxy");
  }

  @Test
  void taskSpeaksForItsOwnHealth() throws Exception {
    CompletableFuture<JvmTask> inside = new CompletableFuture<>();
    Container container =
        start(
            task -> {
              task.health("ready", () -> false);
              inside.complete(task);
              task.awaitStop();
            });
    JvmTask task = await(inside);

    assertThat(await(container.probe(new Probe.Callback("ready"), LONG)).healthy()).isFalse();
    assertThat(await(container.probe(new Probe.Callback("self"), LONG)).healthy()).isTrue();
    task.unhealthy("out of paper");
    assertThat(await(container.probe(new Probe.Callback("self"), LONG)))
        .isEqualTo(new Container.ProbeResult(false, 1, "out of paper"));
    task.healthy();
    assertThat(await(container.probe(new Probe.Callback("self"), LONG)).healthy()).isTrue();
  }

  @Test
  @Feature({"N04", "N06"})
  void probesThatHangFloodOrReturnGarbageHarmOnlyTheirOwnTask() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    Container sick =
        start(
            JvmTask::awaitStop,
            image ->
                image
                    .callback("deaf", task -> hang(released))
                    .callback("broken", task -> fail())
                    .command("flood", (task, args, streams) -> flood(streams))
                    .command("garbage", (task, args, streams) -> -4711),
            TestTask.of(ContainerSpec.of("app")));
    Container sound = runtime.create(TestTask.of(ContainerSpec.of("app")).context());
    await(sound.start());

    Duration soon = Duration.ofMillis(20);
    for (int i = 0; i < 12; i++) {
      assertThat(await(sick.probe(new Probe.Callback("deaf"), soon)).healthy()).isFalse();
    }
    assertThat(await(sound.probe(new Probe.Shell("true"), LONG)).healthy()).isTrue();
    released.countDown();
    Container.ProbeResult flooded = probeOnceFree(sick, new Probe.Exec(List.of("flood")));
    assertThat(flooded.healthy()).isFalse();
    assertThat(flooded.output()).hasSizeLessThanOrEqualTo(4096).startsWith("xxx");
    assertThat(await(sick.probe(new Probe.Exec(List.of("garbage")), LONG)))
        .isEqualTo(new Container.ProbeResult(false, -4711, ""));
    assertThat(await(sick.probe(new Probe.Callback("broken"), LONG)).output()).contains("broken");
    assertThat(await(sound.probe(new Probe.Shell("true"), LONG)).healthy()).isTrue();
    assertThat(sick.exit().toCompletableFuture()).isNotDone();
  }

  /** Probes that were given up hold their places until their code returns. */
  private static Container.ProbeResult probeOnceFree(Container container, Probe probe)
      throws Exception {
    Container.ProbeResult result = await(container.probe(probe, LONG));
    while (result.output().startsWith("earlier probes still run")) {
      Thread.onSpinWait();
      result = await(container.probe(probe, LONG));
    }
    return result;
  }

  private static boolean hang(CountDownLatch released) {
    boolean interrupted = true;
    while (interrupted) {
      try {
        released.await();
        interrupted = false;
      } catch (InterruptedException ignored) {
        // as code does that means no good
      }
    }
    return true;
  }

  private static boolean fail() {
    throw new IllegalStateException("broken");
  }

  private static int flood(ExecStreams streams) throws IOException {
    byte[] chunk = "x".repeat(100_000).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 100; i++) {
      streams.stdout().write(chunk);
      streams.stderr().write(chunk);
    }
    return 1;
  }

  @Test
  void healthCheckOfTheImageIsKnownOncePrepared() throws Exception {
    HealthCheck check =
        new HealthCheck(new Probe.Callback("ok"), Duration.ofSeconds(5), null, 0, null, null);
    Container container =
        start(
            JvmTask::awaitStop,
            image -> image.health(check).callback("ok", task -> true).expose(80, 443),
            TestTask.of(ContainerSpec.of("app").withExposedPorts(List.of(8080))));

    assertThat(container.imageHealth()).isEqualTo(Optional.of(check));
    assertThat(await(container.start()).exposedPorts()).containsExactly(80, 443, 8080);
    assertThat(await(container.probe(check.probe(), LONG)).healthy()).isTrue();
  }

  @Test
  void commandOfTheSpecReplacesTheEntryPoint() throws Exception {
    ContainerSpec spec =
        ContainerSpec.of("app").withCommand(List.of("tool", "-v")).withArgs(List.of("x"));
    Container container =
        start(
            task -> task.exit(1),
            image ->
                image.command(
                    "tool",
                    (task, args, streams) -> {
                      streams.stdout().write(args.toString().getBytes(StandardCharsets.UTF_8));
                      return 5;
                    }),
            TestTask.of(spec));

    assertThat(await(container.exit()).code()).isEqualTo(5);
    assertThat(output(container)).containsExactly("[-v, x]");
  }

  @Test
  void shellLinesJoinCommands() throws Exception {
    Container container =
        start(
            JvmTask::awaitStop,
            image -> image.command("code", (task, args, out) -> Integer.parseInt(args.get(0))),
            TestTask.of(ContainerSpec.of("app")));

    assertThat(shell(container, "code 0 || exit 1")).isEqualTo("0:");
    assertThat(shell(container, "code 7 || exit 1")).isEqualTo("1:");
    assertThat(shell(container, "code 7 && echo no")).isEqualTo("7:");
    assertThat(shell(container, "code 7; echo yes")).isEqualTo("0:yes\n");
    assertThat(shell(container, "false || echo 'a;  b' \"c\"")).isEqualTo("0:a;  b c\n");
    assertThat(shell(container, "exit 3; echo no")).isEqualTo("3:");
    assertThat(shell(container, "nonsense || true")).isEqualTo("0:");
  }

  private static String shell(Container container, String line) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ExecStreams streams =
        new ExecStreams(InputStream.nullInputStream(), out, new ByteArrayOutputStream());
    int code = await(container.exec(List.of("sh", "-c", line), streams));
    return code + ":" + out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void commandsSeeTheVariablesFolderAndUserThatTheyWereGiven() throws Exception {
    Container container =
        start(
            JvmTask::awaitStop,
            image ->
                image.command(
                    "where",
                    (task, args, streams) -> {
                      String text =
                          task.env() + " " + task.workingDir() + " " + task.user().orElse("nobody");
                      streams.stdout().write(text.getBytes(StandardCharsets.UTF_8));
                      return 0;
                    }),
            TestTask.of(ContainerSpec.of("app").withWorkingDir("/srv")).env("A", "1"));
    ExecSpec spec =
        ExecSpec.builder()
            .command(List.of("where"))
            .env(Map.of("B", "2"))
            .workingDir("data")
            .user("root")
            .build();
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    await(container.exec(spec, new ExecStreams(InputStream.nullInputStream(), out, out)).exit());
    await(
        container
            .exec(ExecSpec.of("where"), new ExecStreams(InputStream.nullInputStream(), out, out))
            .exit());

    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("{A=1, B=2} /srv/data root{A=1} /srv nobody");
  }

  @Test
  void whoAttachesTypesIntoTheInputThatTheSpecKeepsOpen() throws Exception {
    JvmImage echo =
        task -> {
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(task.in(), StandardCharsets.UTF_8));
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            task.out().println("got " + line);
          }
        };
    Container container =
        start(echo, image -> {}, TestTask.of(ContainerSpec.of("app").withOpenStdin(true)));

    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, log)) {
      for (String word : List.of("one", "two")) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        InputStream typed =
            new ByteArrayInputStream((word + "\n").getBytes(StandardCharsets.UTF_8));
        Interaction attached = container.attach(new ExecStreams(typed, out, out));
        log.awaitLine("got " + word);
        attached.close();
      }
    }
    assertThat(container.exit().toCompletableFuture()).isNotDone();
  }

  @Test
  void inputThatTheSpecDoesNotKeepOpenIsAtItsEnd() throws Exception {
    Container container = start(task -> task.exit(task.in().read()));

    assertThat(await(container.exit()).code()).isEqualTo(-1);
  }

  @Test
  void nodeCanBeGivenAName() {
    try (JvmRuntime named = JvmRuntime.builder(time).hostname("w1").build()) {
      assertThat(named.describe().hostname()).isEqualTo("w1");
    }
  }
}
