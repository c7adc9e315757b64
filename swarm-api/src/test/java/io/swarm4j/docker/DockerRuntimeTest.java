package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.Container.Exit;
import io.swarm4j.agent.Container.HealthListener;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.agent.TerminalSize;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Mount;
import io.swarm4j.model.MountBuilder;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Privileges;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.CollectedLog;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.TestTask;
import io.swarm4j.time.RealTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What containers get of their specs, seen from inside and by the engine's own command line. */
@Tag("docker")
@Timeout(120)
class DockerRuntimeTest {
  private static final String BASE = "swarm4j/base";
  private static final Reason FOREIGN =
      new Reason.ForeignPlatform(new Platform("linux", "arm64"), new Platform("linux", "amd64"));

  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  @TempDir Path dir;

  private Host host;
  private DockerRuntime runtime;

  @BeforeEach
  void open() {
    host = HOSTS.host(0);
    runtime = builder().build();
  }

  private DockerRuntime.Builder builder() {
    return DockerRuntime.builder(new RealTime(), "runtime-test")
        .engine(EngineAddress.of(host.uri()));
  }

  @AfterEach
  void close() {
    runtime.close();
    assertThat(host.docker("ps", "-aq", "--filter", "label=io.swarm4j.owner=runtime-test"))
        .isEmpty();
  }

  private static ContainerSpec shell(String line) {
    return ContainerSpec.of(BASE).withCommand(List.of("sh", "-c", line));
  }

  private static ContainerSpec sleeper() {
    return shell("trap 'exit 0' TERM; sleep 100000 & wait");
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof Exception cause ? cause : failure;
    }
  }

  private Container started(TestTask task) throws Exception {
    Container container = runtime.create(task.context());
    await(container.start());
    return container;
  }

  private Container started(ContainerSpec spec) throws Exception {
    return started(TestTask.of(spec));
  }

  private static String run(Container container, String line) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ExecStreams streams = new ExecStreams(new ByteArrayInputStream(new byte[0]), out, out);
    await(container.exec(List.of("sh", "-c", line), streams));
    return out.toString(StandardCharsets.UTF_8).strip();
  }

  private String inspect(Container container, String format) {
    String id = host.docker("ps", "-aq", "--filter", "label=io.swarm4j.task=" + container.task());
    return host.docker("inspect", "-f", format, id);
  }

  private Reason refused(ContainerSpec spec) throws Exception {
    Container container = runtime.create(TestTask.of(spec).context());
    try {
      await(container.start());
    } catch (TaskFailure failure) {
      await(container.remove());
      return failure.reason();
    }
    throw new AssertionError("it was started");
  }

  @Test
  void nameAndLabelsTellTheTask() throws Exception {
    Container container = started(sleeper().withLabels(Map.of("colour", "red")));

    assertThat(inspect(container, "{{.Name}}")).isEqualTo("/test.1." + container.task());
    assertThat(inspect(container, "{{json .Config.Labels}}"))
        .contains("\"colour\":\"red\"")
        .contains("\"com.docker.swarm.service.name\":\"test\"")
        .contains("\"com.docker.swarm.task.id\":\"" + container.task() + "\"");
  }

  @Test
  @Feature("M17")
  void limitsAndReservationsReachTheEngine() throws Exception {
    Container container =
        started(
            TestTask.of(sleeper())
                .resources(
                    new ResourceRequirements(
                        Resources.of(0.5, 32L << 20), Resources.of(0.1, 8L << 20), 50)));

    assertThat(
            inspect(
                container,
                "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}} {{.HostConfig.MemoryReservation}}"
                    + " {{.HostConfig.PidsLimit}}"))
        .isEqualTo("500000000 33554432 8388608 50");
  }

  /** An engine watches the memory from soon after the start on, and until the end. */
  @Test
  void tooMuchMemoryIsToldApartFromOtherEnds() throws Exception {
    Container container =
        started(
            TestTask.of(shell("sleep 2; tail -c 100m /dev/zero | cat; sleep 1; exit 1"))
                .resources(new ResourceRequirements(Resources.of(1, 8L << 20), null, 0)));

    Exit exit = await(container.exit());

    assertThat(exit.outOfMemory()).isTrue();
    assertThat(exit.code()).isNotZero();
    assertThat(exit.message()).isEqualTo("out of memory");
  }

  @Test
  @Feature({"P01", "P02"})
  void bindMountsShowFilesOfTheHost() throws Exception {
    Files.writeString(dir.resolve("file"), "of the host");
    Mount bind = Mount.bind(dir.toString(), "/data").withReadOnly(true);
    Container container = started(sleeper().withMounts(List.of(bind)));

    assertThat(run(container, "cat /data/file")).isEqualTo("of the host");
    assertThat(run(container, "touch /data/other")).contains("Read-only");
  }

  @Test
  void missingSourceOfABindIsAnError() throws Exception {
    Mount bind = Mount.bind(dir.resolve("absent").toString(), "/data");

    Reason reason = refused(sleeper().withMounts(List.of(bind)));

    assertThat(reason).isInstanceOf(Reason.StartFailed.class);
    assertThat(reason.toString()).contains("absent").contains("does not exist");
  }

  @Test
  @Feature({"N12", "SC-151"})
  void anUnhealthyContainerOutsideOfTheSwarmRunsOnAndIsLeftAlone() throws Exception {
    String id =
        host.docker(
            ("run -d --health-cmd false --health-interval 100ms --health-retries 3 "
                    + BASE
                    + " sleep 100000")
                .split(" "));
    try {
      String format = "{{.State.Health.Status}} {{.State.Health.FailingStreak}}";
      while (!host.docker("inspect", "-f", format, id).matches("unhealthy ([4-9]|[1-9][0-9]+)")) {
        Thread.onSpinWait(); // the streak goes on beyond the retries
      }

      assertThat(await(runtime.recover())).isEmpty();
      started(sleeper());
      runtime.close();

      assertThat(host.docker("inspect", "-f", "{{.State.Running}} {{.RestartCount}}", id))
          .isEqualTo("true 0");
    } finally {
      host.docker("rm", "-f", id);
    }
  }

  @Test
  @Feature("P03")
  void volumesOutliveTheirTasksAndTmpfsDoesNot() throws Exception {
    Mount tmpfs =
        MountBuilder.builder()
            .type(Mount.MountType.TMPFS)
            .target("/scratch")
            .tmpfsBytes(1 << 20)
            .tmpfsMode(0700)
            .build();
    ContainerSpec spec =
        sleeper().withMounts(List.of(Mount.volume("runtime-test", "/kept"), tmpfs));
    Container first = started(spec);
    run(first, "echo kept > /kept/file; echo gone > /scratch/file");
    assertThat(run(first, "stat -c %a /scratch; df -k /scratch | tail -1")).contains("700", "1024");
    await(first.remove());

    Container second = started(spec);

    assertThat(run(second, "cat /kept/file; ls /scratch")).isEqualTo("kept");
    await(second.remove());
    host.docker("volume", "rm", "runtime-test");
  }

  @Test
  @Feature({"O09", "O05"})
  void secretsAndConfigsHaveOwnerAndModeAndTouchNoDisk() throws Exception {
    Container container =
        started(
            TestTask.of(sleeper())
                .secret(new FileTarget("pass", "65534", "65534", 0400), Payload.of("s3cret"))
                .config(new FileTarget("/etc/app/app.conf", "0", "0", 0444), Payload.of("a=b")));

    assertThat(run(container, "stat -c '%u %g %a' /run/secrets/pass")).isEqualTo("65534 65534 400");
    assertThat(run(container, "cat /run/secrets/pass /etc/app/app.conf")).isEqualTo("s3creta=b");
    assertThat(run(container, "stat -f -c %T /run/secrets/pass")).isEqualTo("tmpfs");
    assertThat(inspect(container, "{{json .}}")).doesNotContain("s3cret");
    Path source = Path.of(inspect(container, "{{(index .HostConfig.Mounts 0).Source}}"));
    assertThat(source).exists();
    await(container.stop(Duration.ZERO));
    assertThat(source).doesNotExist();
  }

  @Test
  void rightsAndKernelSettingsReachTheContainer() throws Exception {
    ContainerSpec spec =
        sleeper()
            .withPrivileges(
                new Privileges(false, List.of("NET_ADMIN"), List.of("CAP_CHOWN"), List.of()))
            .withSysctls(Map.of("net.core.somaxconn", "77"))
            .withUlimits(List.of(new ContainerSpec.Ulimit("nofile", 100, 200)))
            .withUser("65534")
            .withGroups(List.of("77"))
            .withReadOnly(true)
            .withInit(false);
    Container container = started(spec);

    assertThat(
            run(container, "cat /proc/sys/net/core/somaxconn; ulimit -n; id -u; id -G")
                .lines()
                .toList())
        .startsWith("77", "100", "65534")
        .last()
        .asString()
        .contains("77");
    assertThat(run(container, "touch /file")).contains("Read-only");
    assertThat(inspect(container, "{{.HostConfig.CapAdd}} {{.HostConfig.CapDrop}}"))
        .contains("NET_ADMIN")
        .contains("CHOWN");
  }

  @Test
  void privilegedModeAndDevicesNeedAPolicyThatAdmitsThem() throws Exception {
    ContainerSpec spec =
        sleeper().withPrivileges(new Privileges(true, List.of(), List.of(), List.of("/dev/null")));

    assertThatThrownBy(() -> runtime.create(TestTask.of(spec).context()))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("privileged")
        .hasMessageContaining("/dev/null");

    runtime.close();
    runtime = builder().admission(AdmissionPolicy.ALL).build();
    Container container = runtime.create(TestTask.of(spec).context());
    await(container.prepare()); // not started: not every machine has all the rights to give
    assertThat(inspect(container, "{{.HostConfig.Privileged}}")).isEqualTo("true");
  }

  @Test
  void hostsAndResolverSettingsReachTheContainer() throws Exception {
    ContainerSpec spec =
        sleeper()
            .withHosts(Map.of("db", "192.0.2.7"))
            .withDns(
                new ContainerSpec.DnsConfig(
                    List.of("192.0.2.53"), List.of("example.test"), List.of("ndots:2")));
    Container container = started(spec);

    assertThat(run(container, "cat /etc/hosts")).contains("192.0.2.7\tdb");
    assertThat(run(container, "cat /etc/resolv.conf"))
        .contains("192.0.2.53", "example.test", "ndots:2");
  }

  @Test
  void stopSignalIsTheSpecs() throws Exception {
    Container container =
        started(
            shell("trap 'exit 9' USR1; echo ready; sleep 100000 & wait").withStopSignal("SIGUSR1"));
    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, log)) {
      log.awaitLine("ready");
    }

    await(container.stop(Duration.ofSeconds(20)));

    assertThat(await(container.exit()).code()).isEqualTo(9);
  }

  @Test
  @Feature({"N01", "N08", "N09", "N10", "N21"})
  void engineChecksTheHealthAsItsImageOrSpecSays() throws Exception {
    HealthCheck quick =
        new HealthCheck(
            new HealthCheck.Probe.Shell("test ! -e /broken"),
            Duration.ofMillis(300),
            Duration.ofSeconds(20),
            2,
            null,
            null);
    Container container = started(sleeper().withHealth(quick));
    CompletableFuture<Void> healthy = new CompletableFuture<>();
    CompletableFuture<Reason.Unhealthy> unhealthy = new CompletableFuture<>();
    AutoCloseable following =
        container
            .followHealth(
                quick,
                new HealthListener() {
                  @Override
                  public void healthy() {
                    healthy.complete(null);
                  }

                  @Override
                  public void unhealthy(Reason.Unhealthy reason) {
                    unhealthy.complete(reason);
                  }
                })
            .orElseThrow();

    await(healthy);
    assertThat(inspect(container, "{{.State.Health.Status}}")).isEqualTo("healthy");
    run(container, "touch /broken");

    assertThat(await(unhealthy).failures()).isGreaterThanOrEqualTo(2);
    following.close();
    Container image = runtime.create(TestTask.of(ContainerSpec.of("swarm4j/calchealth")).context());
    await(image.prepare());
    assertThat(image.imageHealth().orElseThrow().interval()).isEqualTo(Duration.ofSeconds(5));
    Container disabled =
        started(ContainerSpec.of("swarm4j/calchealth").withHealth(HealthCheck.DISABLED));
    assertThat(inspect(disabled, "{{.Config.Healthcheck.Test}}")).isEqualTo("[NONE]");
  }

  @Test
  void terminalsHaveASizeAndMergeTheOutputs() throws Exception {
    Container container = started(sleeper());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ExecSpec spec =
        ExecSpec.builder()
            .command(
                List.of("sh", "-c", "sleep 0.5; stty size; echo err >&2; echo $COLOUR; pwd; id -u"))
            .env(Map.of("COLOUR", "red"))
            .workingDir("/tmp")
            .user("65534")
            .tty(true)
            .size(new TerminalSize(111, 22))
            .build();

    int code =
        await(
            container
                .exec(spec, new ExecStreams(new ByteArrayInputStream(new byte[0]), out, out))
                .exit());

    assertThat(code).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).replace("\r", "").lines())
        .containsExactly("22 111", "err", "red", "/tmp", "65534");
  }

  @Test
  void terminalsOfTheTaskAndOfCommandsAreResizedWhileTheyAreOpen() throws Exception {
    String watching = "trap 'stty size; exit 4' WINCH; echo ready; while :; do sleep 0.1; done";
    Container container = started(shell(watching).withTty(true).withOpenStdin(true));
    ByteArrayOutputStream command = new ByteArrayOutputStream();
    ExecSpec spec = ExecSpec.builder().command(List.of("sh", "-c", watching)).tty(true).build();
    assertResized(container.exec(spec, streams(command)), command);

    ByteArrayOutputStream task = new ByteArrayOutputStream();
    CollectedLog log = new CollectedLog();
    try (AutoCloseable reading = container.logs(LogOptions.FOLLOW, log)) {
      log.awaitLine("ready\r"); // as terminals end their lines
    }
    Interaction attached = container.attach(streams(task));
    attached.resize(new TerminalSize(101, 33));
    assertThat(await(attached.exit())).isEqualTo(4);
    assertThat(task.toString(StandardCharsets.UTF_8)).contains("33 101");
  }

  private static ExecStreams streams(ByteArrayOutputStream out) {
    return new ExecStreams(InputStream.nullInputStream(), out, out);
  }

  private static void assertResized(Interaction interaction, ByteArrayOutputStream out)
      throws Exception {
    while (!out.toString(StandardCharsets.UTF_8).contains("ready")) {
      new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
    }
    interaction.resize(new TerminalSize(101, 33));
    assertThat(await(interaction.exit())).isEqualTo(4);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("33 101");
  }

  @Test
  void attachedInputReachesTheTask() throws Exception {
    Container container =
        started(shell("echo ready; read line; echo got $line; exit 3").withOpenStdin(true));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] input = "hello\n".getBytes(StandardCharsets.UTF_8);

    int code =
        await(container.attach(new ExecStreams(new ByteArrayInputStream(input), out, out)).exit());

    assertThat(code).isEqualTo(3);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("got hello");
  }

  @Test
  void foreignContainersAreNotTouched() throws Exception {
    host.docker("run", "-d", "--name", "foreign", BASE, "sleep", "1000");
    try {
      started(sleeper());
      await(runtime.recover());
      runtime.close();

      assertThat(host.docker("inspect", "-f", "{{.State.Running}}", "foreign")).isEqualTo("true");
    } finally {
      host.docker("rm", "-f", "foreign");
    }
  }

  @Test
  void nameOfAForeignContainerIsNotTakenFromIt() throws Exception {
    TestTask task = TestTask.of(sleeper());
    var context = task.context();
    String name = ContainerNames.of(context);
    host.docker("create", "--name", name, BASE, "true");
    try {
      Container container = runtime.create(context);

      assertThatThrownBy(() -> await(container.prepare()))
          .isInstanceOf(TaskFailure.class)
          .hasMessageContaining("in use");
      assertThat(host.docker("ps", "-aq", "--filter", "name=" + name)).isNotEmpty();
    } finally {
      host.docker("rm", "-f", name);
    }
  }

  @Test
  void portThatAForeignProcessHoldsFailsTheStart() throws Exception {
    runtime.close();
    runtime = builder().networking(ContainerNetworking.bridgeWithHostPorts()).build();
    Process taker =
        new ProcessBuilder(
                "nsenter", "--net=" + host.network(), "busybox", "httpd", "-f", "-p", "7999")
            .start();
    try {
      host.shell("until curl -s -o /dev/null http://127.0.0.1:7999; do sleep 0.1; done");
      TestTask task =
          TestTask.of(ContainerSpec.of("swarm4j/customer")).publish(PortSpec.host(7999, 3000));
      Container container = runtime.create(task.context());

      assertThatThrownBy(() -> await(container.start()))
          .isInstanceOfSatisfying(
              TaskFailure.class,
              failure -> assertThat(failure.reason()).isInstanceOf(Reason.StartFailed.class))
          .hasMessageContaining("7999");
      await(container.remove());
    } finally {
      taker.destroy();
    }
  }

  /** Loads an image that says it is for arm64, with files that can be executed. */
  private void foreign(String image, Path root) throws Exception {
    Path saved = Files.createDirectory(dir.resolve("saved"));
    String docker = "docker -H " + host.uri();
    host.shell(
        String.join(
            " && ",
            "tar -C " + root + " -c . | " + docker + " import - " + image,
            docker + " save " + image + " | tar -C " + saved + " -x",
            "sed -i 's/\"architecture\":\"amd64\"/\"architecture\":\"arm64\"/' "
                + saved
                + "/*.json",
            docker + " rmi " + image,
            "tar -C " + saved + " -c . | " + docker + " load"));
  }

  @Test
  void programOfAnotherPlatformThatTheMachineDoesNotEmulateIsToldByBothPlatforms()
      throws Exception {
    Path root = Files.createDirectory(dir.resolve("root"));
    Files.write(root.resolve("program"), new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0});
    root.resolve("program").toFile().setExecutable(true);
    foreign("foreign:1", root);
    try {
      Container container = started(ContainerSpec.of("foreign:1").withCommand(List.of("/program")));

      Exit exit = await(container.exit());
      assertThat(exit.reason()).isEqualTo(FOREIGN);
      assertThat(exit.message()).contains("linux/arm64", "linux/amd64");
      assertThat(exit.code()).isNotZero();
    } finally {
      host.docker("rmi", "-f", "foreign:1");
    }
  }

  @Test
  void programOfAnotherPlatformThatRunsFailsByItself() throws Exception {
    Path root = Files.createDirectory(dir.resolve("root"));
    Files.copy(Path.of("/bin/busybox"), root.resolve("sh"), StandardCopyOption.COPY_ATTRIBUTES);
    foreign("emulated:1", root);
    try {
      Container container =
          started(ContainerSpec.of("emulated:1").withCommand(List.of("/sh", "-c", "exit 1")));

      Exit exit = await(container.exit());
      assertThat(exit.reason()).isEqualTo(new Reason.Exited(1));
      assertThat(exit.message()).contains("linux/arm64", "linux/amd64");
    } finally {
      host.docker("rmi", "-f", "emulated:1");
    }
  }

  @Test
  void unreachableEngineIsNamedWithARemedy() {
    EngineAddress nowhere = EngineAddress.of("unix://" + dir.resolve("absent.sock"));

    assertThatThrownBy(() -> DockerRuntime.builder(new RealTime(), "x").engine(nowhere).build())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("absent.sock")
        .hasMessageContaining("start it");
    assertThatThrownBy(() -> EngineAddress.of("ftp://example.test"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("unix:///");
  }
}
