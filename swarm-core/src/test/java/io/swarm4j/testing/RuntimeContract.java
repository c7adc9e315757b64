package io.swarm4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.Container.Exit;
import io.swarm4j.agent.Container.ProbeResult;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink.Stream;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Reason;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.time.Time;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream.Builder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every runtime must do; a subclass provides the runtime and the programs of {@link
 * TestProgram}.
 *
 * <p>Commands that tasks must be able to run: {@code sh -c} with {@code echo}, {@code exit}, {@code
 * true}; {@code cat}, which copies its input; {@code sleep}.
 */
@Timeout(120)
public abstract class RuntimeContract {
  /** Size to which the runtime under test must bound the output that it keeps of a task. */
  public static final int LOG_BYTES = 64 * 1024;

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(300);

  private final WatchedTime time = new WatchedTime();
  private final CountDownLatch never = new CountDownLatch(1);
  private Runtime runtime;

  @TempDir Path dir;

  /**
   * Opens the runtime under test, which keeps about {@link #LOG_BYTES} of output per task.
   *
   * @param callbacks health checks to register
   */
  protected abstract Runtime open(Time time, Path dir, Map<String, HealthCallback> callbacks);

  /** A spec that runs one of the agreed programs. */
  protected abstract ContainerSpec program(TestProgram program, String... args);

  /** What the runtime has left behind on the machine, if anything; asked after its close. */
  protected List<String> leftovers(Path directory) throws Exception {
    return List.of();
  }

  @BeforeEach
  final void openRuntime() {
    runtime =
        open(
            time,
            dir,
            Map.of(
                "good", task -> true,
                "bad", task -> false,
                "slow", task -> never.await(1, TimeUnit.HOURS),
                "broken", RuntimeContract::breaks));
  }

  @AfterEach
  final void closeRuntime() {
    runtime.close();
  }

  private static boolean breaks(Object task) {
    throw new IllegalStateException("broken on purpose");
  }

  /** The runtime under test. */
  protected final Runtime runtime() {
    return runtime;
  }

  /** A new task of one of the programs, not prepared yet. */
  protected final Container create(TestProgram program, String... args) {
    return runtime.create(TestTask.of(program(program, args)).context());
  }

  /** Starts a program and waits until it says that it is ready. */
  protected final Container ready(TestProgram program, String... args) throws Exception {
    return ready(TestTask.of(program(program, args)));
  }

  /** Starts a task and waits until it says that it is ready. */
  protected final Container ready(TestTask task) throws Exception {
    Container container = runtime.create(task.context());
    await(container.prepare());
    await(container.start());
    awaitReady(container);
    return container;
  }

  private static void awaitReady(Container container) throws Exception {
    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, log)) {
      log.awaitLine("ready");
    }
  }

  /** Runs a task to its end; its output. */
  protected final List<String> run(TestTask task) throws Exception {
    Container container = runtime.create(task.context());
    await(container.prepare());
    await(container.start());
    Exit exit = await(container.exit());
    assertThat(exit.code()).as(exit.message()).isZero();
    return texts(container, LogOptions.ALL);
  }

  private static List<String> texts(Container container, LogOptions options) throws Exception {
    return lines(container, options).stream().map(CollectedLog.Line::text).toList();
  }

  private static List<CollectedLog.Line> lines(Container container, LogOptions options)
      throws Exception {
    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(options, log)) {
      return log.awaitEnd();
    }
  }

  /** The outcome of a stage. */
  protected static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw cause instanceof Exception exception ? exception : failure;
    }
  }

  private static Reason failure(CompletionStage<?> stage) {
    Throwable thrown = catchThrowable(() -> await(stage));
    assertThat(thrown).isInstanceOf(TaskFailure.class).hasMessageMatching("(?s).+");
    return ((TaskFailure) thrown).reason();
  }

  private static String freePort() throws Exception {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return Integer.toString(probe.getLocalPort());
    }
  }

  @Test
  void tellsWhatTheNodeIs() {
    NodeDescription description = runtime.describe();

    assertThat(description.hostname()).isNotBlank();
    assertThat(description.platform().os()).isNotBlank().isLowerCase();
    assertThat(description.platform().architecture()).isIn("amd64", "arm64");
    assertThat(description.resources().nanoCpus()).isGreaterThanOrEqualTo(1_000_000_000L);
    assertThat(description.resources().memoryBytes()).isGreaterThan(64L << 20);
    assertThat(description.engineVersion()).isNotBlank();
  }

  @Test
  void knowsItsTask() {
    var context = TestTask.of(program(TestProgram.SLEEPER)).context();

    assertThat(runtime.create(context).task()).isEqualTo(context.task().id());
  }

  @Test
  @Feature("F12")
  void runningTaskHasAnIdentityAndAProcess() throws Exception {
    Container container = create(TestProgram.SLEEPER);
    await(container.prepare());

    ContainerStatus status = await(container.start());

    assertThat(status.id()).isNotBlank();
    assertThat(status.pid()).isPositive();
    assertThat(status.exitCode()).isNull();
    assertThat(container.exit().toCompletableFuture()).isNotDone();
  }

  @Test
  void startPreparesIfNobodyDid() throws Exception {
    Container container = create(TestProgram.EXITER, "0");

    await(container.start());

    assertThat(await(container.exit()).code()).isZero();
  }

  @Test
  @Feature("I03")
  void exitCodeIsTheProgramsOwn() throws Exception {
    for (int code : new int[] {0, 1, 42}) {
      Container container = create(TestProgram.EXITER, Integer.toString(code));
      await(container.start());

      Exit exit = await(container.exit());

      assertThat(exit.code()).isEqualTo(code);
      assertThat(exit.outOfMemory()).isFalse();
    }
  }

  @Test
  void exitIsTheSameStageAtAllTimes() throws Exception {
    Container container = create(TestProgram.EXITER, "0");
    CompletionStage<Exit> before = container.exit();
    await(container.start());
    await(before);

    assertThat((Object) container.exit()).isSameAs(before);
  }

  @Test
  void stepsHappenOnceHoweverOftenTheyAreAsked() throws Exception {
    Container container = create(TestProgram.EXITER, "0");
    await(container.prepare());
    await(container.prepare());

    ContainerStatus first = await(container.start());
    ContainerStatus second = await(container.start());

    assertThat(second).isEqualTo(first);
    await(container.exit());
    assertThat(texts(container, LogOptions.ALL)).containsExactly("bye");
  }

  @Test
  void unknownImageFailsThePreparation() {
    Container container =
        runtime.create(TestTask.of(ContainerSpec.of("no-such-image:9")).context());

    Reason reason = failure(container.prepare());

    assertThat(reason).isInstanceOf(Reason.Image.class);
    assertThat(((Reason.Image) reason).image()).isEqualTo("no-such-image:9");
    assertThat(failure(container.start())).isEqualTo(reason);
    assertThat(failure(container.exit())).isEqualTo(reason);
  }

  @Test
  void commandThatDoesNotExistFailsTheStart() {
    ContainerSpec spec =
        program(TestProgram.SLEEPER).withCommand(List.of("no-such-command")).withArgs(List.of());
    Container container = runtime.create(TestTask.of(spec).context());

    Reason reason = failure(container.start());

    assertThat(reason).isInstanceOf(Reason.StartFailed.class);
    assertThat(((Reason.StartFailed) reason).detail()).contains("no-such-command");
    assertThat(failure(container.exit())).isEqualTo(reason);
  }

  @Test
  void cooperativeTaskEndsWithinItsGrace() throws Exception {
    Container container = ready(TestProgram.SLEEPER);

    await(container.stop(LONG));

    assertThat(container.exit().toCompletableFuture()).isDone();
    assertThat(await(container.exit()).code()).isIn(0, 143);
  }

  @Test
  void stubbornTaskIsKilledAfterItsGrace() throws Exception {
    Container container = ready(TestProgram.STUBBORN);
    long before = System.nanoTime();

    await(container.stop(SHORT));

    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(SHORT.toNanos());
    assertThat(await(container.exit()).code()).isEqualTo(137);
  }

  @Test
  void shorterGraceReplacesALongerOne() throws Exception {
    Container container = ready(TestProgram.STUBBORN);
    CompletionStage<Void> patient = container.stop(Duration.ofHours(1));

    CompletionStage<Void> impatient = container.stop(SHORT);

    await(impatient);
    await(patient);
    assertThat(await(container.exit()).code()).isEqualTo(137);
  }

  @Test
  void longerGraceDoesNotReplaceAShorterOne() throws Exception {
    Container container = ready(TestProgram.STUBBORN);
    container.stop(SHORT);

    await(container.stop(Duration.ofHours(1)));

    assertThat(await(container.exit()).code()).isEqualTo(137);
  }

  @Test
  void stopBeforeTheStartKeepsItFromStarting() throws Exception {
    Container container = create(TestProgram.SLEEPER);
    await(container.prepare());

    await(container.stop(LONG));

    assertThat(failure(container.start())).isInstanceOf(Reason.Stopped.class);
    assertThat(failure(container.exit())).isInstanceOf(Reason.Stopped.class);
  }

  @Test
  void stopBeforeThePreparationKeepsItFromPreparing() throws Exception {
    Container container = create(TestProgram.SLEEPER);

    await(container.stop(LONG));

    assertThat(failure(container.prepare())).isInstanceOf(Reason.Stopped.class);
  }

  @Test
  void stopRightBehindTheStartIsNotLost() throws Exception {
    Container container = create(TestProgram.SLEEPER);
    container.start();

    await(container.stop(Duration.ofSeconds(2)));

    assertThat(container.exit().toCompletableFuture()).isDone();
  }

  @Test
  void stopAfterTheEndDoesNothing() throws Exception {
    Container container = create(TestProgram.EXITER, "7");
    await(container.start());
    await(container.exit());

    await(container.stop(LONG));
    await(container.stop(Duration.ZERO));

    assertThat(await(container.exit()).code()).isEqualTo(7);
  }

  @Test
  void removeIsPossibleAtEachStep() throws Exception {
    Container fresh = create(TestProgram.SLEEPER);
    Container prepared = create(TestProgram.SLEEPER);
    await(prepared.prepare());
    Container starting = create(TestProgram.SLEEPER);
    starting.start();
    Container running = ready(TestProgram.SLEEPER);
    Container ended = create(TestProgram.EXITER, "0");
    await(ended.start());
    await(ended.exit());

    for (Container container : List.of(fresh, prepared, starting, running, ended)) {
      await(container.remove());
      await(container.remove());
      assertThat(container.exit().toCompletableFuture()).isDone();
    }
  }

  @Test
  void removedTaskDoesNotStart() throws Exception {
    Container container = create(TestProgram.SLEEPER);
    await(container.remove());

    assertThat(failure(container.start())).isInstanceOf(Reason.Stopped.class);
  }

  @Test
  void removeEndsAStubbornTaskWithoutGrace() throws Exception {
    Container container = ready(TestProgram.STUBBORN);

    await(container.remove());

    assertThat(await(container.exit()).code()).isEqualTo(137);
  }

  @Test
  @Feature("I02")
  void endIsSeenByEveryoneWhoWaits() throws Exception {
    Container container = ready(TestProgram.SLEEPER);
    CompletionStage<Exit> one = container.exit();
    CompletionStage<Integer> other = container.exit().thenApply(Exit::code);

    container.stop(LONG);

    assertThat(await(one).code()).isEqualTo(await(other));
  }

  @Test
  void environmentIsTheTasksOwn() throws Exception {
    List<String> output =
        run(
            TestTask.of(program(TestProgram.ENVIRONMENT, "COLOUR", "TEXT", "HOSTNAME"))
                .env("COLOUR", "red")
                .env("TEXT", "two words = 'quoted'")
                .hostname("web-1"));

    assertThat(output).containsExactly("COLOUR=red", "TEXT=two words = 'quoted'", "HOSTNAME=web-1");
  }

  @Test
  void environmentOfTheHostIsNotInherited() throws Exception {
    String inherited =
        System.getenv().keySet().stream()
            .filter(name -> name.matches("[A-Z_]+"))
            .filter(name -> !List.of("PATH", "HOME", "HOSTNAME", "PWD", "_").contains(name))
            .filter(name -> !name.startsWith("SWARM_") && !System.getenv(name).isEmpty())
            .findFirst()
            .orElse("NOTHING_TO_INHERIT");

    assertThat(run(TestTask.of(program(TestProgram.ENVIRONMENT, inherited))))
        .doesNotContain(inherited + "=" + System.getenv(inherited));
  }

  @Test
  void argumentsArriveUnchanged() throws Exception {
    List<String> output =
        run(TestTask.of(program(TestProgram.ARGUMENTS, "one", "two words", "", "$HOME", "'", "*")));

    assertThat(output)
        .containsExactly("arg=one", "arg=two words", "arg=", "arg=$HOME", "arg='", "arg=*");
  }

  @Test
  void workingDirectoryIsTheSpecs() throws Exception {
    ContainerSpec spec = program(TestProgram.DIRECTORY).withWorkingDir("/tmp");

    assertThat(run(TestTask.of(spec))).containsExactly("/tmp");
  }

  @Test
  @Feature("O09")
  void secretIsReadableWithItsExactBytes() throws Exception {
    List<String> output =
        run(
            TestTask.of(program(TestProgram.SECRET, "db-password"))
                .secret(FileTarget.of("other"), Payload.of("not this"))
                .secret(FileTarget.of("db-password"), Payload.of("s3cret ä€\nsecond line\n")));

    assertThat(output).containsExactly("s3cret ä€", "second line");
  }

  @Test
  void configIsReadableWithItsExactBytes() throws Exception {
    List<String> output =
        run(
            TestTask.of(program(TestProgram.CONFIG, "app.conf"))
                .config(FileTarget.of("app.conf"), Payload.of("key = value\n")));

    assertThat(output).containsExactly("key = value");
  }

  @Test
  void bothStreamsAreKeptApartAndInOrder() throws Exception {
    Container container = ready(TestProgram.LINES, "3");

    List<CollectedLog.Line> all = lines(container, LogOptions.ALL);

    assertThat(of(all, Stream.STDOUT)).containsExactly("out 1", "out 2", "out 3", "ready");
    assertThat(texts(container, new LogOptions(false, -1, null, true, false)))
        .containsExactly("out 1", "out 2", "out 3", "ready");
    await(container.stop(LONG));
    assertThat(texts(container, new LogOptions(false, -1, null, false, true)))
        .containsExactly("err 1", "err 2", "err 3");
  }

  private static List<String> of(List<CollectedLog.Line> lines, Stream stream) {
    return lines.stream()
        .filter(line -> line.stream() == stream)
        .map(CollectedLog.Line::text)
        .toList();
  }

  @Test
  void tailGivesTheLastLines() throws Exception {
    Container container = ready(TestProgram.LINES, "5");

    assertThat(texts(container, new LogOptions(false, 3, null, true, false)))
        .containsExactly("out 4", "out 5", "ready");
    assertThat(texts(container, new LogOptions(false, 0, null, true, true))).isEmpty();
    assertThat(texts(container, new LogOptions(false, 100, null, true, false))).hasSize(6);
  }

  @Test
  void sinceGivesLaterLinesOnly() throws Exception {
    Container container = ready(TestProgram.LINES, "3");
    List<CollectedLog.Line> out = lines(container, new LogOptions(false, -1, null, true, false));
    Instant last = out.get(out.size() - 1).at();

    assertThat(out).extracting(CollectedLog.Line::at).isSorted();
    assertThat(texts(container, new LogOptions(false, -1, last, true, false))).contains("ready");
    assertThat(texts(container, new LogOptions(false, -1, last.plusSeconds(1), true, true)))
        .isEmpty();
  }

  @Test
  void followerGetsWhatComesAndThenTheEnd() throws Exception {
    Container container = create(TestProgram.LINES, "2");
    CollectedLog log = new CollectedLog();
    AutoCloseable reading = container.logs(LogOptions.FOLLOW, log);
    await(container.start());
    log.awaitLine("ready");

    await(container.stop(LONG));

    assertThat(of(log.awaitEnd(), Stream.STDOUT)).containsExactly("out 1", "out 2", "ready");
    reading.close();
  }

  @Test
  void allOutputIsThereOnceTheEndIsKnown() throws Exception {
    Container container = create(TestProgram.FLOOD, "200");
    await(container.start());
    await(container.exit());

    List<String> output = texts(container, LogOptions.FOLLOW);

    assertThat(output).hasSize(200);
    assertThat(output.get(199)).startsWith("line 200 ");
  }

  @Test
  void outputIsBinarySafe() throws Exception {
    Container container = create(TestProgram.BINARY);
    await(container.start());
    await(container.exit());
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int value = 0; value < 256; value++) {
      if (value != '\n') {
        expected.write(value);
      }
    }

    List<CollectedLog.Line> lines = lines(container, LogOptions.ALL);

    assertThat(lines).hasSize(1);
    assertThat(lines.get(0).bytes()).isEqualTo(expected.toByteArray());
  }

  @Test
  void keptOutputIsBoundedAndTheLastOfItStays() throws Exception {
    Container container = create(TestProgram.FLOOD, "5000");
    await(container.start());
    await(container.exit());

    List<String> output = texts(container, LogOptions.ALL);

    assertThat(output.get(output.size() - 1)).startsWith("line 5000 ");
    assertThat(output).hasSizeLessThan(3 * LOG_BYTES / 100).hasSizeGreaterThan(100);
  }

  @Test
  void execRunsACommandBesideTheTask() throws Exception {
    Container container = ready(TestProgram.SLEEPER);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    int code =
        await(
            container.exec(
                List.of("sh", "-c", "echo hello; exit 3"),
                new ExecStreams(
                    new ByteArrayInputStream(new byte[0]), out, new ByteArrayOutputStream())));

    assertThat(code).isEqualTo(3);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("hello\n");
    assertThat(container.exit().toCompletableFuture()).isNotDone();
  }

  @Test
  @Feature("N22")
  void execEndsWithItsTask() throws Exception {
    Container container = ready(TestProgram.SLEEPER);
    CompletionStage<Integer> session = container.exec(List.of("sleep", "3600"), ExecStreams.none());

    await(container.stop(Duration.ofSeconds(1)));

    await(session.handle((code, failure) -> "over"));
  }

  @Test
  void execPassesItsInput() throws Exception {
    Container container = ready(TestProgram.SLEEPER);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] input = "from outside\n".repeat(1000).getBytes(StandardCharsets.UTF_8);

    int code =
        await(
            container.exec(
                List.of("cat"),
                new ExecStreams(
                    new ByteArrayInputStream(input), out, new ByteArrayOutputStream())));

    assertThat(code).isZero();
    assertThat(out.toByteArray()).isEqualTo(input);
  }

  @Test
  void execOfAnUnknownCommandAnswers127() throws Exception {
    Container container = ready(TestProgram.SLEEPER);
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int code =
        await(
            container.exec(
                List.of("no-such-command"),
                new ExecStreams(
                    new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), err)));

    assertThat(code).isEqualTo(127);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("no-such-command");
  }

  @Test
  void execNeedsARunningTask() throws Exception {
    Container container = create(TestProgram.EXITER, "0");

    failure(container.exec(List.of("sh", "-c", "true"), ExecStreams.none()));
    await(container.start());
    await(container.exit());
    failure(container.exec(List.of("sh", "-c", "true"), ExecStreams.none()));
  }

  @Test
  @Feature({"N02", "N03", "N04"})
  void commandProbesAskForExitCodeZero() throws Exception {
    Container container = ready(TestProgram.SLEEPER);

    assertThat(probe(container, new Probe.Exec(List.of("sh", "-c", "true"))).healthy()).isTrue();
    assertThat(probe(container, new Probe.Shell("echo fine")).healthy()).isTrue();
    assertThat(probe(container, new Probe.Shell("echo fine")).output()).contains("fine");
    assertThat(probe(container, new Probe.Shell("exit 4"))).matches(result -> !result.healthy());
    assertThat(probe(container, new Probe.Shell("exit 4")).exitCode()).isEqualTo(4);
    assertThat(probe(container, new Probe.Exec(List.of("no-such-command"))).healthy()).isFalse();
    assertThat(probe(container, new Probe.Disabled()).healthy()).isTrue();
  }

  @Test
  void networkProbesAskTheTasksOwnAddress() throws Exception {
    String port = freePort();
    Container container =
        ready(TestTask.of(program(TestProgram.SERVER, port)).address("127.0.0.1"));
    int number = Integer.parseInt(port);

    assertThat(probe(container, new Probe.Tcp(number))).matches(ProbeResult::healthy);
    assertThat(probe(container, new Probe.Http(number, "/ok"))).matches(ProbeResult::healthy);
    assertThat(probe(container, new Probe.Http(number, "/broken")))
        .matches(result -> !result.healthy())
        .matches(result -> result.output().contains("500"));
    assertThat(await(container.probe(new Probe.Http(number, "/slow"), SHORT)).healthy()).isFalse();
    await(container.stop(LONG));
    assertThat(probe(container, new Probe.Tcp(number)).healthy()).isFalse();
  }

  @Test
  void networkProbesFailWhereNobodyListens() throws Exception {
    int port = Integer.parseInt(freePort());
    Container container = ready(TestProgram.SLEEPER);

    assertThat(probe(container, new Probe.Tcp(port)).healthy()).isFalse();
    assertThat(probe(container, new Probe.Http(port, "/")).healthy()).isFalse();
  }

  @Test
  void callbackProbesAskTheEmbeddingProgram() throws Exception {
    Container container = ready(TestProgram.SLEEPER);

    assertThat(probe(container, new Probe.Callback("good")).healthy()).isTrue();
    assertThat(probe(container, new Probe.Callback("bad")).healthy()).isFalse();
    assertThat(probe(container, new Probe.Callback("broken")).output()).contains("on purpose");
    assertThat(probe(container, new Probe.Callback("unheard-of")))
        .matches(result -> !result.healthy())
        .matches(result -> result.output().contains("unheard-of"));
  }

  @Test
  @Feature({"N06"})
  void probeThatTakesTooLongHasFailed() throws Exception {
    Container container = ready(TestProgram.SLEEPER);

    for (Probe slow :
        List.of(new Probe.Exec(List.of("sleep", "3600")), new Probe.Callback("slow"))) {
      ProbeResult result = await(container.probe(slow, SHORT));

      assertThat(result.healthy()).isFalse();
      assertThat(result.output()).isNotBlank();
    }
  }

  @Test
  void probeOfATaskThatDoesNotRunFails() throws Exception {
    Container container = create(TestProgram.EXITER, "0");

    assertThat(probe(container, new Probe.Shell("true")).healthy()).isFalse();
    await(container.start());
    await(container.exit());
    assertThat(probe(container, new Probe.Shell("true")).healthy()).isFalse();
    assertThat(probe(container, new Probe.Callback("good")).healthy()).isFalse();
  }

  private static ProbeResult probe(Container container, Probe probe) throws Exception {
    return await(container.probe(probe, Duration.ofSeconds(30)));
  }

  @Test
  void usageOfARunningTaskIsKnown() throws Exception {
    Container container = ready(TestProgram.SLEEPER);

    Container.Usage usage = await(container.usage());

    assertThat(usage.processes()).isPositive();
    assertThat(usage.cpuNanos()).isNotNegative();
    assertThat(usage.memoryBytes()).isNotNegative();
  }

  @Test
  @Feature("L06")
  void outputIsGoneWithTheTask() throws Exception {
    Container removed = ready(TestProgram.LINES, "2");
    Container other = ready(TestProgram.LINES, "1");

    await(removed.remove());

    assertThat(texts(removed, LogOptions.ALL)).isEmpty();
    assertThat(texts(removed, LogOptions.FOLLOW)).isEmpty();
    assertThat(texts(other, LogOptions.ALL)).contains("out 1", "ready");
  }

  @Test
  void tasksDoNotDisturbEachOther() throws Exception {
    Container one = ready(TestProgram.SLEEPER);
    Container two = ready(TestProgram.SLEEPER);
    Container three = ready(TestProgram.SLEEPER);

    await(two.remove());

    assertThat(one.exit().toCompletableFuture()).isNotDone();
    assertThat(three.exit().toCompletableFuture()).isNotDone();
  }

  @Test
  void nothingIsRecoveredByARuntimeThatStartsAfresh() throws Exception {
    assertThat(await(runtime.recover())).isEmpty();
  }

  @Test
  void closeEndsEverythingAndLeavesNothing() throws Exception {
    Container fresh = create(TestProgram.SLEEPER);
    Container prepared = create(TestProgram.SLEEPER);
    await(prepared.prepare());
    Container starting = create(TestProgram.SLEEPER);
    starting.start();
    Container running = ready(TestProgram.SLEEPER);
    Container stopping = ready(TestProgram.SLEEPER);
    stopping.stop(LONG);
    CollectedLog log = new CollectedLog();
    running.logs(LogOptions.FOLLOW, log);
    running.probe(new Probe.Callback("slow"), Duration.ofHours(1));

    runtime.close();
    runtime.close();

    Builder<Container> all = java.util.stream.Stream.builder();
    all.add(fresh).add(prepared).add(starting).add(running).add(stopping);
    assertThat(all.build()).allMatch(container -> container.exit().toCompletableFuture().isDone());
    assertThat(time.threadsLeft()).isEmpty();
    assertThat(leftovers(dir)).isEmpty();
    assertThatThrownBy(() -> create(TestProgram.SLEEPER)).isInstanceOf(SwarmException.class);
  }
}
