package io.swarm4j.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.Container.Exit;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.agent.TerminalSize;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Payload;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.CollectedLog;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProcessRuntimeTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String SLEEP = "echo ready; sleep 100000";

  @TempDir Path dir;
  private ProcessRuntime runtime;

  @BeforeEach
  void open() {
    HealthCheck check =
        new HealthCheck(new Probe.Shell("true"), Duration.ofSeconds(5), null, 0, null, null);
    runtime =
        ProcessRuntime.builder(new RealTime(), dir)
            .images(
                ProcessImages.builder()
                    .alias("host/shell")
                    .image(
                        "greeter:1",
                        List.of(
                            "sh", "-c", "echo $GREETING $1; trap 'exit 3' USR1; " + spin(), "sh"),
                        image ->
                            image
                                .args("world")
                                .env("GREETING", "hello")
                                .expose(80)
                                .stopSignal("SIGUSR1")
                                .health(check))
                    .build())
            .build();
  }

  private static String spin() {
    return "echo ready; while :; do sleep 0.02; done";
  }

  @AfterEach
  void close() {
    runtime.close();
  }

  private static ContainerSpec shell(String script) {
    return ContainerSpec.of("process").withCommand(List.of("sh", "-c", script));
  }

  private Container start(ContainerSpec spec) throws Exception {
    return start(TestTask.of(spec));
  }

  private Container start(TestTask task) throws Exception {
    Container container = runtime.create(task.context());
    await(container.start());
    return container;
  }

  private Container ready(String script) throws Exception {
    return ready(start(shell(script)));
  }

  private static Container ready(Container container) throws Exception {
    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, log)) {
      log.awaitLine("ready");
    }
    return container;
  }

  private static List<String> output(Container container) throws Exception {
    await(container.exit());
    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(LogOptions.ALL, log)) {
      log.awaitEnd();
    }
    return log.texts();
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(40, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof Exception cause ? cause : failure;
    }
  }

  @Test
  void whoAttachesReachesTheInputThatTheSpecKeepsOpen() throws Exception {
    Container container =
        ready(
            start(
                shell("echo ready; while read line; do echo got $line; done").withOpenStdin(true)));
    for (String word : List.of("one", "two")) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      InputStream in = new ByteArrayInputStream((word + "\n").getBytes(StandardCharsets.UTF_8));

      Interaction attached = container.attach(new ExecStreams(in, out, out));

      CollectedLog log = new CollectedLog();
      try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, log)) {
        log.awaitLine("got " + word);
      }
      attached.close();
    }
    assertThat(container.exit().toCompletableFuture()).isNotDone();
    Container closed = start(shell("read line || echo closed"));
    assertThat(output(closed)).containsExactly("closed");
  }

  @Test
  @Feature({"N04", "N06"})
  void aProbeThatFloodsIsCutAndNoneIsCountedAsOneThatDoesNotExist() throws Exception {
    Container container = ready(spin());

    Container.ProbeResult flood =
        await(
            container.probe(
                new Probe.Shell("head -c 20000000 /dev/zero | tr '\\0' x; exit 3"), LONG));
    Container.ProbeResult absent =
        await(container.probe(new Probe.Exec(List.of("no-such-probe")), LONG));

    assertThat(flood.exitCode()).isEqualTo(3);
    assertThat(flood.output()).hasSize(4096).containsOnlyOnce("x".repeat(4096));
    assertThat(absent.exitCode()).isEqualTo(127);
    assertThat(absent.output()).contains("no such command: no-such-probe");
    assertThat(container.exit().toCompletableFuture()).isNotDone();
  }

  @Test
  @Feature("O06")
  void aSecretBelongsToWhomTheReferenceNamesOrTheTaskDoesNotStart() throws Exception {
    ContainerSpec spec = shell("stat -c '%u %g %a' $SWARM_SECRETS_DIR/pass");
    TestTask given =
        TestTask.of(spec).secret(new FileTarget("pass", "12", "34", 0440), Payload.of("x"));
    if (System.getProperty("user.name").equals("root")) {
      assertThat(output(start(given))).containsExactly("12 34 440");
    } else {
      assertThatThrownBy(() -> start(given)).hasMessageContaining("cannot be given to uid 12");
    }

    assertThatThrownBy(
            () ->
                start(
                    TestTask.of(spec)
                        .secret(new FileTarget("pass", "alice", "0", 0440), Payload.of("x"))))
        .hasMessageContaining("cannot be given to uid alice: that takes a number");
  }

  @Test
  void grandchildrenDieWithATaskThatIsStopped() throws Exception {
    Container container = ready("(sleep 1001 & sleep 1002 & wait) & " + SLEEP);

    await(container.stop(LONG));

    assertThat(Leftovers.processes(closed())).isEmpty();
  }

  @Test
  void childrenDieWithATaskThatEndsByItself() throws Exception {
    Container container = start(shell("sleep 1003 & (sleep 1004 &) ; exit 0"));

    assertThat(await(container.exit()).code()).isZero();

    assertThat(Leftovers.processes(closed())).isEmpty();
  }

  @Test
  void childThatLeftItsSessionDiesAllTheSame() throws Exception {
    Container stubborn =
        ready("trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 1005' & " + SLEEP);
    Container ending = start(shell("setsid sleep 1006 >/dev/null 2>&1 & exit 0"));

    await(stubborn.stop(Duration.ofMillis(100)));
    await(ending.exit());

    assertThat(await(stubborn.exit()).code()).isEqualTo(137);
    assertThat(Leftovers.processes(closed())).isEmpty();
  }

  /** The folder of the runtime, which is closed without removing what its tasks left. */
  private Path closed() {
    runtime.close();
    return dir;
  }

  @Test
  void childThatHoldsTheOutputOpenDoesNotHoldUpTheEnd() throws Exception {
    Container container = start(shell("echo done; setsid sleep 1007 & exit 4"));

    assertThat(await(container.exit()).code()).isEqualTo(4);
    assertThat(output(container)).containsExactly("done");
  }

  @Test
  void endBySignalIsSeenInTheExitCode() throws Exception {
    assertThat(await(start(shell("kill -s KILL $$")).exit()).code()).isEqualTo(137);
    assertThat(await(start(shell("kill -s SEGV $$")).exit()).code()).isEqualTo(139);
  }

  @Test
  void stopSignalIsTheSpecsOrTheImages() throws Exception {
    String script = "trap 'exit 5' TERM; trap 'exit 6' INT; " + spin();
    Container one = ready(start(shell(script)));
    Container two = ready(start(shell(script).withStopSignal("SIGINT")));
    Container three = ready(start(ContainerSpec.of("greeter:1")));

    for (Container container : List.of(one, two, three)) {
      await(container.stop(LONG));
    }

    assertThat(await(one.exit()).code()).isEqualTo(5);
    assertThat(await(two.exit()).code()).isEqualTo(6);
    assertThat(await(three.exit()).code()).isEqualTo(3);
  }

  @Test
  void imageIsATemplateThatTheSpecAdapts() throws Exception {
    Container container = start(ContainerSpec.of("greeter:1"));
    Container other =
        start(
            TestTask.of(ContainerSpec.of("greeter:1").withArgs(List.of("you")))
                .env("GREETING", "bye"));
    Container aliased =
        start(ContainerSpec.of("host/shell").withCommand(List.of("echo")).withArgs(List.of("hi")));

    assertThat(await(container.start()).exposedPorts()).containsExactly(80);
    assertThat(container.imageHealth()).isPresent();
    assertThat(aliased.imageHealth()).isEqualTo(Optional.empty());
    ready(container);
    ready(other);
    container.stop(Duration.ZERO);
    other.stop(Duration.ZERO);
    assertThat(output(container)).containsExactly("hello world", "ready");
    assertThat(output(other)).containsExactly("bye you", "ready");
    assertThat(output(aliased)).containsExactly("hi");
  }

  @Test
  void whatCannotStartSaysWhy() {
    assertStartFails(ContainerSpec.of("process"), "takes its command from the service");
    assertStartFails(
        ContainerSpec.of("process").withCommand(List.of("frobnicate")),
        "no such command: frobnicate (PATH is /usr/local/sbin:");
    assertStartFails(
        ContainerSpec.of("process").withCommand(List.of(dir + "/lock")),
        "no such command: " + dir + "/lock");
    assertStartFails(shell("true").withWorkingDir("/no/such/dir"), "/no/such/dir");
  }

  private void assertStartFails(ContainerSpec spec, String text) {
    assertThatThrownBy(() -> start(spec))
        .isInstanceOf(TaskFailure.class)
        .hasMessageContaining(text);
  }

  @Test
  void relativeWorkingDirectoryStandsInTheTasksFolder() throws Exception {
    Container container = start(shell("pwd; echo x > file").withWorkingDir("sub/dir"));

    assertThat(output(container).get(0))
        .startsWith(dir.toRealPath() + "/tasks/")
        .endsWith("/sub/dir");
  }

  @Test
  void taskFindsItsSurroundingsInItsEnvironment() throws Exception {
    Container container =
        start(
            TestTask.of(
                    shell(
                        "echo $SWARM_TASK_ADDRESS / $SWARM_TASK_ADDRESSES / $SWARM_TASK_NAME /"
                            + " $SWARM_TASK_SLOT / $SWARM_NODE_ADDRESS / $SWARM_TASK_ID"))
                .slot(4)
                .address("127.84.1.1")
                .address("127.84.2.1"));

    assertThat(output(container))
        .containsExactly(
            "127.84.1.1 / 127.84.1.1 127.84.2.1 / test.4 / 4 / 127.0.0.1 / " + container.task());
  }

  @Test
  @Feature({"O09", "O10"})
  void secretsAreFilesInMemoryThatGoWithTheTask() throws Exception {
    Container container =
        start(
            TestTask.of(
                    shell(
                        "echo $SWARM_SECRETS_DIR; stat -c %a $SWARM_SECRETS_DIR"
                            + " $SWARM_SECRETS_DIR/pass $SWARM_CONFIGS_DIR/etc/app.conf;"
                            + " cat $PASS_FILE; cat /run/secrets/sub/dir; cat"
                            + " $SWARM_CONFIGS_DIR/etc/app.conf"))
                .env("PASS_FILE", "/run/secrets/pass")
                .secret(new FileTarget("pass", "0", "0", 0400), Payload.of("one\n"))
                .secret(FileTarget.of("/run/secrets/sub/dir"), Payload.of("two\n"))
                .config(new FileTarget("/etc/app.conf", "0", "0", 0640), Payload.of("three\n")));

    List<String> output = output(container);

    Path secrets = Path.of(output.get(0));
    assertThat(output.subList(1, 7)).containsExactly("700", "400", "640", "one", "two", "three");
    assertThat(secrets.toString()).startsWith("/dev/shm/swarm4j-");
    assertThat(secrets).doesNotExist();
    assertThat(secrets.getParent()).doesNotExist();
  }

  @Test
  @Feature("L06")
  void nothingOfARemovedTaskStays() throws Exception {
    Container container = ready(SLEEP);
    Path folder = dir.resolve("tasks").resolve(container.task().toString());
    assertThat(folder.resolve("log")).isNotEmptyDirectory();

    await(container.remove());

    assertThat(folder).doesNotExist();
    runtime.close();
    assertThat(Leftovers.files(dir)).isEmpty();
  }

  @Test
  void folderIsPrivate() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir)))
        .isEqualTo("rwx------");
  }

  @Test
  void folderServesOneRuntimeAtATime() {
    ProcessRuntime.Builder second = ProcessRuntime.builder(new RealTime(), dir);

    assertThatThrownBy(second::build)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("in use by another process runtime");
    runtime.close();
    second.build().close();
  }

  @Test
  void whatAProcessCannotBeGivenIsRefusedWithAllReasons() {
    ContainerSpec spec =
        shell("true")
            .withUser("nobody-else")
            .withReadOnly(true)
            .withMounts(List.of(Mount.volume("data", "/data"), Mount.bind("/tmp", "/tmp")));

    InvalidSpecException refusal =
        catchThrowableOfType(
            InvalidSpecException.class, () -> runtime.create(TestTask.of(spec).context()));

    assertThat(refusal.faults())
        .extracting(Fault::path)
        .containsExactly("task.container.user", "task.container.readOnly", "task.container.mounts");
    assertThat(refusal.faults()).extracting(Fault::code).containsOnly(Fault.Code.UNSUPPORTED);
  }

  @Test
  void probeThatIsCutOffLeavesNoProcess() throws Exception {
    Container container = ready(SLEEP);

    await(container.probe(new Probe.Shell("sleep 1008 & sleep 1009"), Duration.ofMillis(200)));

    assertThat(await(container.exec(List.of("true"), ExecStreams.none()))).isZero();
    await(container.remove());
    assertThat(Leftovers.processes(closed())).isEmpty();
  }

  @Test
  void execDiesWithItsTask() throws Exception {
    Container container = ready(SLEEP);
    CompletionStage<Integer> exec =
        container.exec(
            List.of("sleep", "1010"),
            new ExecStreams(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream()));

    await(container.stop(LONG));

    assertThat(await(exec)).isIn(137, 143);
  }

  @Test
  @Feature("L07")
  void execHasATerminalThatEchoesAndKnowsItsSize() throws Exception {
    Container container = ready(SLEEP);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String script =
        "test -t 0 && test -t 1 && echo on a terminal; stty size; echo failure >&2; read word;"
            + " echo \"got $word's $EXTRA\";"
            + " while [ \"$(stty size)\" != '40 120' ]; do sleep 0.05; done; exit 7";
    ExecSpec spec =
        ExecSpec.builder()
            .command(List.of("sh", "-c", script))
            .env(Map.of("EXTRA", "word"))
            .stdin(true)
            .tty(true)
            .size(new TerminalSize(100, 30))
            .build();

    InputStream typed = new ByteArrayInputStream("it\n".getBytes(StandardCharsets.UTF_8));
    Interaction session = container.exec(spec, new ExecStreams(typed, out, err));
    session.resize(new TerminalSize(120, 40)); // most likely before the terminal is there

    assertThat(await(session.exit())).isEqualTo(7);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("on a terminal\r\n", "failure\r\n", "it\r\n", "got it's word\r\n");
    assertThat(err.size()).isZero();
  }

  @Test
  void commandOnATerminalEndsWithItsSession() throws Exception {
    Container container = ready(SLEEP);
    ExecSpec spec = ExecSpec.builder().command(List.of("sh", "-c", SLEEP)).tty(true).build();
    FirstLine first = new FirstLine();

    Interaction session =
        container.exec(spec, new ExecStreams(InputStream.nullInputStream(), first, first));
    first.await();
    session.close();

    assertThat(await(session.exit())).isEqualTo(137);
    await(container.remove());
    assertThat(Leftovers.processes(closed())).isEmpty();
  }

  /** Waits until something was written. */
  private static final class FirstLine extends OutputStream {
    private final CompletableFuture<Boolean> written = new CompletableFuture<>();

    @Override
    public void write(int b) {
      written.complete(true);
    }

    void await() throws Exception {
      ProcessRuntimeTest.await(written);
    }
  }

  @Test
  void onlyTheScriptOfANewEnoughUtilLinuxMakesTerminals() {
    assertThat(PseudoTerminal.isFit("script from util-linux 2.38.1")).isTrue();
    assertThat(PseudoTerminal.isFit("script from util-linux 2.34")).isFalse();
    assertThat(PseudoTerminal.isFit("script: illegal option -- -")).isFalse();
  }

  @Test
  void execAsSomebodyElseIsRefused() throws Exception {
    Container container = ready(SLEEP);
    ExecSpec spec = ExecSpec.builder().command(List.of("true")).user("somebody").build();

    assertThatThrownBy(() -> await(container.exec(spec, ExecStreams.none()).exit()))
        .isInstanceOf(TaskFailure.class)
        .hasMessageContaining("somebody");
  }

  @Test
  void usageCountsTheWholeTree() throws Exception {
    Container container = ready("sleep 1011 & sleep 1012 & " + SLEEP);

    Container.Usage usage = await(container.usage());
    while (usage.processes() < 4) { // the shell is still about to start some; @Timeout bounds this
      usage = await(container.usage());
    }

    assertThat(usage.processes()).isEqualTo(4);
    assertThat(usage.memoryBytes()).isGreaterThan(100_000);
  }

  @Test
  void limitsAreEnforcedWhereTheNodeSaysSo() throws Exception {
    String limits = runtime.describe().engineLabels().get(ProcessRuntime.LIMITS_LABEL);
    TestTask greedy =
        TestTask.of(shell("x=$(head -c 100000000 /dev/zero | tr '\\0' x); echo got it"))
            .resources(new ResourceRequirements(Resources.of(0.5, 16L << 20), null, 0));

    Exit exit = await(start(greedy).exit());

    assertThat(limits).isIn("none", "v1", "v2");
    assertThat(exit.outOfMemory()).isEqualTo(!limits.equals("none"));
    if (exit.outOfMemory()) {
      assertThat(exit.message()).isEqualTo("out of memory");
      assertThat(exit.code()).isNotZero();
    }
  }

  @Test
  void limitedTaskLeavesNoControlGroup() throws Exception {
    TestTask limited =
        TestTask.of(shell("setsid sleep 1013 >/dev/null 2>&1 & " + SLEEP))
            .resources(new ResourceRequirements(Resources.of(1, 64L << 20), null, 20));
    Container container = ready(start(limited));

    await(container.remove());

    assertThat(Leftovers.processes(closed())).isEmpty();
    assertThat(Leftovers.files(dir)).isEmpty();
  }

  @Test
  @Feature({"O09", "O10"})
  void filesAreReplacedWhileTheTaskRunsAndItIsTold() throws Exception {
    String script = "trap 'cat $SWARM_SECRETS_DIR/pass' HUP; " + spin();
    FileTarget pass = new FileTarget("pass", "0", "0", 0400);
    TestTask task = TestTask.of(shell(script)).secret(pass, Payload.of("one\n"));
    Container container = ready(start(task));

    await(
        container.replaceFiles(
            List.of(new TaskFile(TaskFile.Kind.SECRET, pass, Payload.of("two\n")))));
    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, log)) {
      await(container.signal("HUP"));
      log.awaitLine("two");
    }

    assertThat(log.texts()).doesNotContain("one");
  }
}
