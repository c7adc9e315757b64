package io.swarm4j;

import static io.swarm4j.SimSwarm.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.swarm4j.Stacks.Deployment;
import io.swarm4j.Stacks.Leftovers;
import io.swarm4j.compose.ComposeException;
import io.swarm4j.compose.ComposeFile;
import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.compose.Stack;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Reason;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StacksTest {
  private static final String TWO_TIERS =
      """
      services:
        balance:
          image: swarmgs/balance
          ports: ["5000:3000"]
          environment: {MYWEB_CUSTOMER_API: "customer:3000"}
          deploy: {replicas: 2}
        customer:
          image: swarmgs/customer
          deploy: {replicas: 5}
      """;

  private final SimSwarm sim = SimSwarm.workers(2);
  private final Stacks stacks = sim.swarm.stacks();
  private final Services services = sim.services();

  @AfterEach
  void close() {
    sim.close();
  }

  @Test
  @Feature({"M00", "M01", "M03", "M04", "M05", "M06", "M07", "M16"})
  void aFileBecomesServicesOnAPrivateNetwork() {
    Deployment done = stacks.deploy(read("apis", TWO_TIERS));

    assertThat(done.created())
        .containsExactly("network apis_default", "service apis_balance", "service apis_customer");
    assertThat(stacks.await("apis", LONG).isConverged()).isTrue();
    assertThat(stacks.list()).containsOnlyKeys("apis").containsValue(2);
    assertThat(stacks.services("apis"))
        .extracting(Service::name)
        .containsExactly("apis_balance", "apis_customer");
    assertThat(stacks.tasks("apis"))
        .hasSize(7)
        .extracting(task -> sim.swarm.view().nameOf(task))
        .startsWith("apis_balance.1", "apis_balance.2", "apis_customer.1");
  }

  @Test
  @Feature({"M02", "M22", "M23"})
  void theSameCommandUpdatesAndTouchesOnlyWhatChanged() {
    stacks.deploy(read("apis", TWO_TIERS));
    stacks.await("apis", LONG);
    List<TaskId> balance = ids("apis_balance");
    List<TaskId> customer = ids("apis_customer");

    Deployment again = stacks.deploy(read("apis", TWO_TIERS));
    assertThat(again.created()).isEmpty();
    assertThat(again.updated()).isEmpty();
    Deployment changed =
        stacks.deploy(read("apis", TWO_TIERS.replace("swarmgs/customer", "swarmgs/customer:2")));
    assertThat(changed.updated()).containsExactly("service apis_customer");
    assertThat(stacks.await("apis", LONG).isConverged()).isTrue();

    assertThat(ids("apis_balance")).isEqualTo(balance);
    assertThat(ids("apis_customer")).hasSize(5).doesNotContainAnyElementsOf(customer);
  }

  @Test
  @Feature("M09")
  void aServiceOfAStackMayBeChangedAloneUntilTheNextDeployment() {
    stacks.deploy(read("apis", TWO_TIERS));
    services.scale("apis_customer", 0);
    sim.converged("apis_customer");
    assertThat(sim.running("apis_customer")).isEmpty();

    assertThat(stacks.deploy(read("apis", TWO_TIERS)).updated())
        .containsExactly("service apis_customer");
    assertThat(services.get("apis_customer").spec().mode())
        .isEqualTo(new ServiceMode.Replicated(5));
  }

  @Test
  @Feature("M08")
  void removalTakesServicesTasksAndNetworkAndDeploymentBringsThemBack() {
    stacks.deploy(read("apis", TWO_TIERS));
    stacks.await("apis", LONG);

    stacks.remove("apis");

    assertThat(stacks.list()).isEmpty();
    assertThat(sim.swarm.tasks().list()).isEmpty();
    assertThatThrownBy(() -> sim.swarm.networks().get("apis_default"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> stacks.remove("apis")).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> stacks.await("apis", LONG)).isInstanceOf(NotFoundException.class);
    stacks.deploy(read("apis", TWO_TIERS));
    assertThat(stacks.await("apis", LONG).isConverged()).isTrue();
  }

  @Test
  void servicesThatTheFileNoLongerHasStayUnlessPruned() {
    String one = TWO_TIERS.substring(0, TWO_TIERS.indexOf("  customer:"));
    stacks.deploy(read("apis", TWO_TIERS));

    assertThat(stacks.deploy(read("apis", one)).removed()).isEmpty();
    assertThat(stacks.services("apis")).hasSize(2);
    assertThat(stacks.deploy(read("apis", one), Leftovers.PRUNE).removed())
        .containsExactly("service apis_customer");
    assertThat(stacks.services("apis")).hasSize(1);
    sim.pass(Duration.ofSeconds(20));
    assertThat(sim.swarm.tasks().list()).hasSize(2);
  }

  @Test
  @Feature("M24")
  void nothingIsDeployedWithoutItsSecrets() {
    String mysql =
        """
        services:
          mysql:
            image: mysql
            secrets: [root_pass]
        secrets:
          root_pass: {external: true}
        """;

    assertThatThrownBy(() -> stacks.deploy(read("mysql", mysql)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("root_pass")
        .hasMessageContaining("create it before the stack is deployed");
    assertThat(stacks.list()).isEmpty();
    assertThat(sim.swarm.networks().list()).hasSize(1);
    sim.swarm.secrets().create(SecretSpec.of("root_pass", "s3cret"));
    stacks.deploy(read("mysql", mysql));
    assertThat(stacks.await("mysql", LONG).isConverged()).isTrue();
  }

  @Test
  void allThatIsWrongWithAFileAndWithItsPlaceInTheSwarmIsToldAtOnce(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("shop.yml");
    Files.writeString(
        file,
        """
        services:
          web:
            image: nginx
            replica: 2
            networks: [frontend]
            secrets: [key, other]
            environment: {WHO: "{{.Service.Nam}}"}
          db:
            image: mysql
            depends_on: [web]
            configs: [conf]
            environment: {WHO: "{{.Task.Nam}}"}
          nightly:
            image: "job::1"
            depends_on: [cache]
            deploy: {mode: replicated-job, update_config: {parallelism: 1}}
          cache:
            image: redis
            depends_on: [nightly]
        networks:
          frontend: {external: true}
        secrets:
          key: {external: true}
        configs:
          conf: {external: true}
        """);

    ComposeException refused =
        catchThrowableOfType(ComposeException.class, () -> stacks.deploy("shop", file));

    assertThat(refused.faults())
        .extracting(fault -> fault.path() + " " + fault.code() + " " + fault.value())
        .satisfiesExactlyInAnyOrder(
            text -> assertThat(text).startsWith("services.web.replica "),
            text -> assertThat(text).contains("services.web.secrets").endsWith(" other"),
            text -> assertThat(text).startsWith("services.nightly.image "),
            text -> assertThat(text).startsWith("services.nightly.deploy.update_config "),
            text -> assertThat(text).startsWith("services.nightly.depends_on CONTRADICTION"),
            text -> assertThat(text).endsWith(" frontend"),
            text -> assertThat(text).endsWith(" key"),
            text -> assertThat(text).endsWith(" conf"),
            text -> assertThat(text).contains("shop_web").contains("env.WHO"),
            text -> assertThat(text).contains("shop_db").contains("env.WHO"));
    assertThat(refused.getMessage().lines()).hasSize(10);
    assertThat(stacks.list()).isEmpty();
    assertThat(sim.swarm.networks().list()).hasSize(1);
  }

  @Test
  void aNetworkThatIsThereWithOtherSettingsIsRefusedAndNothingIsDone() {
    stacks.deploy(read("apis", TWO_TIERS));
    String other =
        TWO_TIERS.replace("swarmgs/customer", "swarmgs/customer:2")
            + "networks:\n  default: {internal: true}\n";

    assertThatThrownBy(() -> stacks.deploy(read("apis", other)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("apis_default")
        .hasMessageContaining("remove the stack first");
    assertThat(services.get("apis_customer").spec().task().container().image())
        .isEqualTo("swarmgs/customer");
  }

  @Test
  void servicesMayComeInAnyOrderAndWaitForEachOther() {
    String waits =
        """
        services:
          web: {image: nginx, depends_on: {db: {condition: service_healthy, x-stop-in-reverse: true}}}
          db:
            image: mysql
            deploy: {placement: {constraints: [node.labels.disk==ssd]}}
        """;
    stacks.deploy(read("s", waits));

    StackConvergence late = stacks.await("s", Duration.ofSeconds(30));
    assertThat(late.behind()).containsExactly("s_db", "s_web");
    assertThat(sim.wanted("s_web").get(0).status().reason()).isInstanceOf(Reason.Waiting.class);
    sim.nodes().update("w1", spec -> spec.withLabels(java.util.Map.of("disk", "ssd")));
    assertThat(stacks.await("s", LONG).isConverged()).isTrue();
    stacks.remove("s");
    assertThat(sim.swarm.tasks().list()).isEmpty();
  }

  @Test
  void dependenciesMustExistAndFormNoCycle() {
    stacks.deploy(read("s", "services: {web: {image: a, depends_on: [db]}, db: {image: b}}"));

    assertThatThrownBy(
            () ->
                services.update(
                    "s_db",
                    spec ->
                        spec.withTask(
                            spec.task()
                                .withDependsOn(
                                    List.of(
                                        new io.swarm4j.model.Dependency("s_web", null, false),
                                        new io.swarm4j.model.Dependency("gone", null, false))))))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("UNKNOWN_REFERENCE ServiceSpec.task.dependsOn[1]: 'gone'")
        .hasMessageContaining("s_db -> s_web -> s_db");
    Deployment turned =
        stacks.deploy(read("s", "services: {web: {image: a}, db: {image: b, depends_on: [web]}}"));
    assertThat(turned.updated()).containsExactly("service s_web", "service s_db");
  }

  @Test
  void theTwinsDoTheSame() {
    var done = stacks.deployAsync(read("apis", TWO_TIERS), Leftovers.KEEP).toCompletableFuture();
    sim.time.settle();
    assertThat(done.join().created()).hasSize(3);
    var outcome = stacks.awaitAsync("apis", LONG).toCompletableFuture();
    sim.pass(LONG);
    assertThat(outcome.join().isConverged()).isTrue();
    var removed = stacks.removeAsync("apis").toCompletableFuture();
    sim.pass(LONG);
    assertThat(removed).isCompleted();
    var again = stacks.removeAsync("apis").toCompletableFuture();
    sim.time.settle();
    assertThat(again)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> services.remove("apis_customer"))
        .isInstanceOf(NotFoundException.class)
        .isNotInstanceOf(ConflictException.class);
  }

  private List<TaskId> ids(String service) {
    return sim.running(service).stream().map(Task::id).toList();
  }

  private static Stack read(String name, String text) {
    return ComposeFile.read("stack.yml", text, ComposeOptions.of(name));
  }
}
