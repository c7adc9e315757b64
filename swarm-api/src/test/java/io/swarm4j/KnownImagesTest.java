package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Probes;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.testing.Feature;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where all nodes run code of this JVM, probes that no image can answer are refused at once. */
@Timeout(60)
class KnownImagesTest {
  private final Swarm swarm =
      Swarm.builder()
          .name("images")
          .network(false)
          .image("app", JvmTask::awaitStop)
          .image(
              "shop",
              JvmTask::awaitStop,
              image ->
                  image
                      .command("curl", (task, args, streams) -> 0)
                      .callback("db", task -> true)
                      .ownChecks("cart"))
          .start();

  @AfterEach
  void close() {
    swarm.close();
  }

  @Test
  @Feature("N02")
  void probesThatAnImageCannotAnswerAreRefusedAllAtOnce() {
    long before = swarm.view().revision();

    InvalidSpecException refused =
        catchThrowableOfType(
            InvalidSpecException.class,
            () ->
                create(
                    "shop",
                    spec ->
                        spec.withHealth(check(new Probe.Shell("curl -f x || wget x || exit 1")))
                            .withProbes(
                                new Probes(
                                    check(new Probe.Exec(List.of("pg_isready"))),
                                    check(new Probe.Callback("queue")),
                                    check(
                                        new Probe.Exec(
                                            List.of("sh", "-c", "true && 'no such' x")))))));

    assertThat(refused.faults())
        .allMatch(fault -> fault.code() == Fault.Code.UNKNOWN_REFERENCE)
        .extracting(Fault::path, Fault::value)
        .containsExactly(
            tuple("ServiceSpec.task.container.health.probe.command", "wget"),
            tuple("ServiceSpec.task.container.probes.startup.probe.command", "pg_isready"),
            tuple("ServiceSpec.task.container.probes.readiness.probe.name", "queue"),
            tuple("ServiceSpec.task.container.probes.liveness.probe.command", "no such"));
    assertThat(refused)
        .hasMessageContaining("a command of image shop (it has [curl])")
        .hasMessageContaining("registers or declares (it has [cart, db, self])");
    assertThat(swarm.view().revision()).isEqualTo(before);
  }

  @Test
  void probesThatAnImageCanAnswerAreTaken() {
    for (Probe probe :
        List.of(
            new Probe.Shell("curl -f x || exit 1"),
            new Probe.Exec(List.of("curl")),
            new Probe.Callback("db"),
            new Probe.Callback("cart"),
            new Probe.Callback(JvmTask.SELF),
            new Probe.Tcp(80))) {
      create("shop", spec -> spec.withHealth(check(probe)));
      swarm.services().remove("shop");
    }
  }

  @Test
  void nothingIsSaidOfImagesThatAreNotRegistered() {
    create("unheard-of", spec -> spec.withHealth(check(new Probe.Callback("db"))));

    assertThat(swarm.services().list()).hasSize(1);
  }

  private void create(String image, UnaryOperator<ContainerSpec> change) {
    ServiceSpec spec = ServiceSpec.of(image, image);
    swarm
        .services()
        .create(spec.withTask(spec.task().withContainer(change.apply(spec.task().container()))));
  }

  private static HealthCheck check(Probe probe) {
    return new HealthCheck(probe, null, null, 0, null, null);
  }
}
