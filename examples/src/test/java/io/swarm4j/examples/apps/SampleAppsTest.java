package io.swarm4j.examples.apps;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.compose.ComposeFile;
import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.network.dataplane.LoopbackLease;
import io.swarm4j.testing.Surroundings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sample applications do on a swarm what they are there to show. */
@Timeout(60)
class SampleAppsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static Swarm swarm;

  @BeforeAll
  static void start() {
    Surroundings.require(LoopbackLease.isSupported(), "a loopback network");
    swarm = Swarm.builder().name("apps").workers(1).images(SampleImages.all()).start();
  }

  @AfterAll
  static void close() {
    if (swarm != null) {
      swarm.close();
    }
  }

  /** A service of one task, published on any port. */
  private static Service run(String name, String image, UnaryOperator<ContainerSpec> container) {
    ServiceSpec spec =
        ServiceSpec.of(name, image)
            .withEndpoint(EndpointSpec.publish(PortSpec.ingress(0, Site.PORT)));
    return swarm
        .services()
        .create(spec.withTask(spec.task().withContainer(container.apply(spec.task().container()))));
  }

  private static void await(String service) {
    assertThat(swarm.services().await(service, LIMIT).isConverged()).isTrue();
  }

  private static Reply get(String service, String path) throws IOException {
    int port = swarm.services().get(service).endpoint().ports().get(0).published();
    String node = swarm.nodeAddresses().get("w1");
    return HttpGet.of(new InetSocketAddress(node, port), path, LIMIT);
  }

  @Test
  void customerKnowsCustomersAndRefusesWhatIsNone() throws IOException {
    run("customers", "swarm4j/customer", spec -> spec);
    await("customers");

    assertThat(get("customers", "/customer/2").body()).contains("\"id\":2", "Charles");
    assertThat(get("customers", "/customer/x").status()).isEqualTo(400);
    assertThat(get("customers", "/nowhere").status()).isEqualTo(404);
    assertThat(get("customers", "/inspect").body()).contains("\"local\":\"127.", ":3000\"");
  }

  @Test
  void balanceNamesTheTargetThatItCannotReach() throws IOException {
    run(
        "balances",
        "swarm4j/balance",
        spec -> spec.withEnv(Map.of("MYWEB_CUSTOMER_API", "nobody:3000")));
    await("balances");

    Reply reply = get("balances", "/balance/1");

    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.body()).contains("http://nobody:3000/customer/1", "no such name");
    assertThat(get("balances", "/").isOk()).isTrue();
  }

  @Test
  void criticalEndsTheTaskWithTheExitCodeAskedFor() throws IOException {
    Service service = run("critical", "swarm4j/customer", spec -> spec);
    await("critical");

    assertThat(get("critical", "/critical?code=7").status()).isEqualTo(500);

    assertThat(
            swarm.await(
                view ->
                    view.tasksOf(service.id()).stream()
                        .anyMatch(
                            task ->
                                task.state() == TaskState.FAILED
                                    && task.status().reason() instanceof Reason.Exited exited
                                    && exited.exitCode() == 7),
                LIMIT))
        .isTrue();
  }

  @Test
  void payrollTellsItsVersionAndAnUpdateChangesIt() throws IOException {
    run("pay", "swarm4j/payroll:1", spec -> spec);
    await("pay");
    assertThat(get("pay", "/").body()).contains("version 1");

    swarm
        .services()
        .update(
            "pay",
            spec ->
                spec.withTask(
                    spec.task()
                        .withContainer(spec.task().container().withImage("swarm4j/payroll:2"))));
    await("pay");

    assertThat(get("pay", "/").body()).contains("version 2");
  }

  @Test
  void aCorruptedCalculatorIsFoundOutByItsHealthCheckAndReplaced() throws IOException {
    swarm
        .stacks()
        .deploy(
            ComposeFile.read(
                Path.of("stacks", "calc.yml"),
                ComposeOptions.builder("health")
                    .environment(Map.of("CALC_PORT", "20000"))
                    .build()));
    assertThat(swarm.stacks().await("health", LIMIT).isConverged()).isTrue();
    assertThat(get("health_calc", "/calc/divide?numerator=6&denominator=3").body())
        .isEqualTo("2\n");
    List<TaskId> before = swarm.services().tasks("health_calc").stream().map(Task::id).toList();

    assertThat(get("health_calc", "/calc/divide?numerator=6&denominator=0").status())
        .isEqualTo(500);

    assertThat(
            swarm.await(
                view ->
                    view.tasksOf(view.serviceNamed("health_calc").id()).stream()
                        .anyMatch(
                            task ->
                                task.state() == TaskState.RUNNING && !before.contains(task.id())),
                LIMIT))
        .isTrue();
    assertThat(swarm.services().await("health_calc", LIMIT).isConverged()).isTrue();
    assertThat(get("health_calc", "/calc/iseverythingok").body()).isEqualTo("everything is OK\n");
    swarm.stacks().remove("health");
  }

  @Test
  void theAppThatNeedsASecretStartsWithItAndNotWithout() throws IOException {
    Service without = run("locked", "swarm4j/needsecret", spec -> spec);
    assertThat(
            swarm.await(
                view ->
                    view.tasksOf(without.id()).stream()
                        .anyMatch(task -> task.state() == TaskState.FAILED),
                LIMIT))
        .isTrue();

    swarm.secrets().create(SecretSpec.of("root_pass", "sesame"));
    run(
        "open",
        "swarm4j/needsecret",
        spec ->
            spec.withSecrets(List.of(SecretReference.of("root_pass")))
                .withEnv(Map.of("PASSWORD_FILE", "/run/secrets/root_pass")));
    await("open");

    assertThat(get("open", "/login?password=sesame").body()).isEqualTo("welcome\n");
    assertThat(get("open", "/login?password=wrong").status()).isEqualTo(401);
  }

  @Test
  void theSlowAppIsEndedWhenItsTimeOfGraceIsOver() {
    run("slow", "swarm4j/slowstop", spec -> spec.withStopGracePeriod(Duration.ofMillis(50)));
    await("slow");
    TaskId id = swarm.services().tasks("slow").get(0).id();

    swarm.services().scale("slow", 0);

    assertThat(
            swarm.await(view -> view.task(id) == null || view.task(id).state().isTerminal(), LIMIT))
        .isTrue();
  }
}
