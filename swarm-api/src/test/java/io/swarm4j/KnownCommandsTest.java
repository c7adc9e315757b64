package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Probes;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.process.ProcessImages;
import io.swarm4j.process.ProcessRuntime;
import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where all nodes run processes of this machine, probes that it has no command for are refused. */
@Timeout(60)
class KnownCommandsTest {
  @TempDir Path dir;
  private Swarm swarm;

  @BeforeEach
  void start() {
    swarm =
        Swarm.builder()
            .name("commands")
            .network(false)
            .runtime(
                (node, time, loop) ->
                    ProcessRuntime.builder(time, dir.resolve(node.name()))
                        .images(ProcessImages.builder().image("app", "sleep", "1000").build())
                        .callback("db", task -> true)
                        .build())
            .start();
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  @Test
  @Feature("N02")
  void probesThatThisMachineCannotAnswerAreRefusedAllAtOnce() {
    long before = swarm.view().revision();

    InvalidSpecException refused =
        catchThrowableOfType(
            InvalidSpecException.class,
            () ->
                create(
                    spec ->
                        spec.withHealth(check(new Probe.Shell("no-such-probe -f x || exit 1")))
                            .withProbes(
                                new Probes(
                                    check(new Probe.Exec(List.of("/no/such/probe", "-v"))),
                                    check(new Probe.Callback("queue")),
                                    check(new Probe.Exec(List.of("no-such-probe")))))));

    assertThat(refused.faults())
        .allMatch(fault -> fault.code() == Fault.Code.UNKNOWN_REFERENCE)
        .extracting(Fault::path, Fault::value)
        .containsExactly(
            tuple("ServiceSpec.task.container.health.probe.command", "no-such-probe"),
            tuple("ServiceSpec.task.container.probes.startup.probe.command", "/no/such/probe"),
            tuple("ServiceSpec.task.container.probes.readiness.probe.name", "queue"),
            tuple("ServiceSpec.task.container.probes.liveness.probe.command", "no-such-probe"));
    assertThat(refused)
        .hasMessageContaining("make it before the service")
        .hasMessageContaining("a command of the node; install it, or give its path (PATH is /usr/")
        .hasMessageContaining("a check that the node's runtime has (it has [db])");
    assertThat(swarm.view().revision()).isEqualTo(before);
  }

  @Test
  void anUpdateCannotBringAProbeThatThisMachineCannotAnswer() {
    create(spec -> spec.withHealth(check(new Probe.Exec(List.of("true")))));
    ServiceSpec present = swarm.services().get("app").spec();

    InvalidSpecException refused =
        catchThrowableOfType(
            InvalidSpecException.class,
            () ->
                swarm
                    .services()
                    .update(
                        "app",
                        spec ->
                            spec.withTask(
                                spec.task()
                                    .withContainer(
                                        spec.task()
                                            .container()
                                            .withHealth(
                                                check(new Probe.Shell("no-such-probe")))))));

    assertThat(refused).hasMessageContaining("no-such-probe");
    assertThat(swarm.services().get("app").spec()).isEqualTo(present);
  }

  @Test
  void probesThatTheMachineOrTheTaskMayAnswerAreTaken() {
    swarm.configs().create(ConfigSpec.of("probe", "exit 0"));
    ContainerSpec withScript =
        ContainerSpec.of("app")
            .withConfigs(List.of(new ConfigReference("probe", FileTarget.of("/probe.sh"), null)))
            .withHealth(check(new Probe.Exec(List.of("/probe.sh"))));
    ContainerSpec withPath =
        ContainerSpec.of("app")
            .withEnv(Map.of("PATH", "/{{.Node.Hostname}}/bin"))
            .withHealth(check(new Probe.Exec(List.of("no-such-probe"))));
    for (ContainerSpec spec : List.of(withScript, withPath)) {
      create(present -> spec);
      swarm.services().remove("app");
    }
    for (Probe probe :
        List.of(
            new Probe.Shell("test -e x || exit 1"),
            new Probe.Shell("if no-such-probe; then exit 1; fi"),
            new Probe.Shell("X=1 no-such-probe"),
            new Probe.Shell("$PROBE"),
            new Probe.Shell("true;"),
            new Probe.Exec(List.of("sh", "-c", "no-such-probe")),
            new Probe.Exec(List.of("./probe")),
            new Probe.Callback("db"),
            new Probe.Tcp(80))) {
      create(spec -> spec.withHealth(check(probe)));
      swarm.services().remove("app");
    }
  }

  private void create(UnaryOperator<ContainerSpec> change) {
    ServiceSpec spec = ServiceSpec.of("app", "app");
    swarm
        .services()
        .create(spec.withTask(spec.task().withContainer(change.apply(spec.task().container()))));
  }

  private static HealthCheck check(Probe probe) {
    return new HealthCheck(probe, null, null, 0, null, null);
  }
}
