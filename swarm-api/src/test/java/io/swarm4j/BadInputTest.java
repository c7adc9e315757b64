package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Dependency;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Mount;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Placement;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.store.View;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong with a request, it is told as data and nothing of the request is stored. */
class BadInputTest {
  private final SimSwarm sim = SimSwarm.workers(1);
  private final Swarm swarm = sim.swarm;

  @BeforeEach
  void aSwarmInUse() {
    swarm.networks().create(NetworkSpec.overlay("backend").withPools(List.of(pool("10.0.9.0/24"))));
    swarm
        .services()
        .create(ServiceSpec.of("web", "nginx").withEndpoint(publish(PortSpec.ingress(8080, 80))));
    sim.converged("web");
  }

  @AfterEach
  void close() {
    sim.close();
  }

  /** A request, and what its refusal says: code, end of the path, value, part of the remedy. */
  private record Case(
      String what,
      Consumer<Swarm> request,
      Fault.Code code,
      String path,
      String value,
      String remedy) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Case> malformed() {
    return Stream.of(
        invalid("empty name", spec -> spec.withName(""), "name", "", "letters"),
        invalid("malformed name", spec -> spec.withName("-w eb"), "name", "-w eb", "letters"),
        invalid("negative replicas", spec -> spec.withReplicas(-1), "replicas", "-1", "0 or more"),
        invalid(
            "published port out of range",
            spec -> spec.withEndpoint(publish(PortSpec.ingress(65536, 80))),
            "published",
            "65536",
            "1 to 65535"),
        create(
            "port published twice",
            spec ->
                spec.withEndpoint(publish(PortSpec.ingress(9000, 80), PortSpec.ingress(9000, 81))),
            Fault.Code.DUPLICATE,
            "ports[1]",
            "9000",
            ""),
        create(
            "port that another service holds",
            spec -> spec.withEndpoint(publish(PortSpec.ingress(8080, 81))),
            Fault.Code.IN_USE,
            "published",
            "8080",
            "web"),
        invalid(
            "constraint without operator",
            spec -> task(spec, it -> it.withPlacement(Placement.constrained("node.role"))),
            "Constraint",
            "node.role",
            "=="),
        invalid(
            "constraint with an unknown operator",
            spec -> task(spec, it -> it.withPlacement(Placement.constrained("node.cpus>3"))),
            "Constraint",
            "node.cpus>3",
            "=="),
        invalid(
            "overflowing delay",
            spec -> spec.withUpdate(UpdatePolicy.DEFAULT.withDelay(Duration.ofDays(400_000))),
            "delay",
            "PT9600000H",
            "292 years"),
        invalid(
            "negative restart delay",
            spec ->
                task(
                    spec,
                    it -> it.withRestart(RestartPolicy.DEFAULT.withDelay(Duration.ofSeconds(-1)))),
            "delay",
            "PT-1S",
            "0"),
        invalid(
            "memory below the minimum",
            spec ->
                task(
                    spec,
                    it ->
                        it.withResources(new ResourceRequirements(null, Resources.of(1, 1024), 0))),
            "memoryBytes",
            "1024",
            "4MiB"),
        invalid(
            "probe without port",
            spec ->
                container(
                    spec,
                    it ->
                        it.withHealth(
                            new HealthCheck(
                                new HealthCheck.Probe.Tcp(0), null, null, 0, null, null))),
            "port",
            "0",
            "1 to 65535"),
        create(
            "two mounts on one target",
            spec ->
                container(
                    spec,
                    it -> it.withMounts(List.of(Mount.volume("a", "/x"), Mount.volume("b", "/x")))),
            Fault.Code.DUPLICATE,
            "mounts[1]",
            "/x",
            ""),
        create(
            "job with an update policy",
            spec ->
                spec.withUpdate(UpdatePolicy.DEFAULT).withMode(new ServiceMode.ReplicatedJob(1, 1)),
            Fault.Code.CONTRADICTION,
            "update",
            "parallelism",
            "jobs may not have one"),
        create(
            "missing network",
            spec ->
                task(spec, it -> it.withNetworks(List.of(NetworkAttachmentSpec.of("frontend")))),
            Fault.Code.UNKNOWN_REFERENCE,
            "task.networks[0]",
            "frontend",
            "a network that exists"),
        create(
            "missing secret",
            spec -> container(spec, it -> it.withSecrets(List.of(SecretReference.of("key")))),
            Fault.Code.UNKNOWN_REFERENCE,
            "task.container.secrets",
            "key",
            "secret not found: key"),
        create(
            "missing config",
            spec -> container(spec, it -> it.withConfigs(List.of(ConfigReference.of("conf")))),
            Fault.Code.UNKNOWN_REFERENCE,
            "task.container.configs",
            "conf",
            "config not found: conf"),
        invalid(
            "address outside of its subnet",
            spec ->
                task(
                    spec,
                    it ->
                        it.withNetworks(
                            List.of(
                                new NetworkAttachmentSpec(
                                    "backend", List.of(), Ip.parse("10.0.8.7"))))),
            "task.networks[0].address",
            "10.0.8.7",
            "10.0.9.0/24"),
        create(
            "fixed address for several tasks",
            spec ->
                task(
                        spec,
                        it ->
                            it.withNetworks(
                                List.of(
                                    new NetworkAttachmentSpec(
                                        "backend", List.of(), Ip.parse("10.0.9.7")))))
                    .withReplicas(2),
            Fault.Code.CONTRADICTION,
            "task.networks[0].address",
            "10.0.9.7",
            "more than one task"),
        create(
            "the ingress network by name",
            spec -> task(spec, it -> it.withNetworks(List.of(NetworkAttachmentSpec.of("ingress")))),
            Fault.Code.CONTRADICTION,
            "task.networks[0]",
            "ingress",
            "another network"),
        create(
            "dependency on itself",
            spec -> task(spec, it -> it.withDependsOn(List.of(new Dependency("api", null, false)))),
            Fault.Code.CONTRADICTION,
            "task.dependsOn",
            "api -> api",
            "do not wait for each other"),
        create(
            "dependency on a service that does not exist",
            spec -> task(spec, it -> it.withDependsOn(List.of(new Dependency("db", null, false)))),
            Fault.Code.UNKNOWN_REFERENCE,
            "task.dependsOn[0]",
            "db",
            "create it first"),
        create(
            "unknown field in a template",
            spec -> container(spec, it -> it.withEnv(Map.of("WHO", "{{.Service.Nam}}"))),
            Fault.Code.UNKNOWN_REFERENCE,
            "task.container.env.WHO",
            "{{.Service.Nam}}",
            ".Service.{ID,Name"),
        create(
            "template with a label that the service has not",
            spec -> container(spec, it -> it.withHostname("{{.Service.Labels.team}}")),
            Fault.Code.UNKNOWN_REFERENCE,
            "task.container.hostname",
            "label team",
            "a label of the service"),
        invalid(
            "secret whose target leaves its folder",
            spec ->
                container(
                    spec,
                    it ->
                        it.withSecrets(
                            List.of(
                                new SecretReference(
                                    "key", FileTarget.of("../../etc/passwd"), null)))),
            "FileTarget.name",
            "../../etc/passwd",
            "does not leave its folder"),
        new Case(
            "template without an end",
            swarm ->
                swarm
                    .configs()
                    .create(new ConfigSpec("conf", Map.of(), Payload.of("{{.Node.ID"), true)),
            Fault.Code.UNKNOWN_REFERENCE,
            "data",
            "{{.Node.ID",
            ".Node.{ID"),
        new Case(
            "network over a taken subnet",
            swarm ->
                swarm
                    .networks()
                    .create(NetworkSpec.overlay("other").withPools(List.of(pool("10.0.9.0/25")))),
            Fault.Code.IN_USE,
            "subnet",
            "10.0.9.0/25",
            "10.0.9.0/24 of network 'backend'"),
        new Case(
            "port bound to what is no address",
            swarm ->
                swarm
                    .services()
                    .create(
                        ServiceSpec.of("bound", "app")
                            .withEndpoint(
                                EndpointSpec.publish(
                                    new PortSpec(
                                        "",
                                        PortSpec.Protocol.TCP,
                                        80,
                                        80,
                                        PortSpec.PublishMode.INGRESS,
                                        List.of("10.0.0.999"))))),
            Fault.Code.INVALID,
            "PortSpec.bind",
            "10.0.0.999",
            "the name of an interface"),
        new Case(
            "malformed subnet",
            swarm ->
                swarm
                    .networks()
                    .create(NetworkSpec.overlay("other").withPools(List.of(pool("10.0.9.0/33")))),
            Fault.Code.INVALID,
            "Subnet.prefix",
            "33",
            "32"),
        new Case(
            "secret that is too large",
            swarm -> swarm.secrets().create(SecretSpec.of("key", "x".repeat(512_000))),
            Fault.Code.INVALID,
            "data",
            "512000 bytes",
            "less than 512000"),
        new Case(
            "empty config",
            swarm -> swarm.configs().create(ConfigSpec.of("conf", "")),
            Fault.Code.INVALID,
            "data",
            "0 bytes",
            "larger than 0"),
        new Case(
            "node label without a name",
            swarm -> swarm.nodes().update("w1", spec -> spec.withLabels(Map.of("", "x"))),
            Fault.Code.MISSING,
            "labels",
            "",
            ""));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void isRefusedWithCodePathValueAndRemedyAndNothingIsStored(Case bad) {
    View before = swarm.view();

    InvalidSpecException refused =
        catchThrowableOfType(InvalidSpecException.class, () -> bad.request().accept(swarm));

    assertThat(refused).as(bad.what()).isNotNull();
    assertThat(refused.faults()).hasSize(1);
    Fault fault = refused.faults().get(0);
    assertThat(fault.code()).isEqualTo(bad.code());
    assertThat(fault.path()).endsWith(bad.path());
    assertThat(fault.value()).contains(bad.value());
    assertThat(fault.accepted()).isNotBlank().contains(bad.remedy());
    assertThat(refused).hasMessageContaining(fault.path()).hasMessageContaining(fault.accepted());
    assertThat(swarm.view().revision()).isEqualTo(before.revision());
  }

  @Test
  void allFaultsOfARequestAreToldAtOnce() {
    View before = swarm.view();
    ServiceSpec bad =
        container(
            task(
                ServiceSpec.of("api", "nginx").withEndpoint(publish(PortSpec.ingress(8080, 80))),
                it -> it.withNetworks(List.of(NetworkAttachmentSpec.of("frontend")))),
            it ->
                it.withSecrets(List.of(SecretReference.of("key")))
                    .withConfigs(List.of(ConfigReference.of("conf")))
                    .withEnv(Map.of("WHO", "{{.Service.Nam}}")));
    bad = task(bad, it -> it.withDependsOn(List.of(new Dependency("db", null, false))));

    for (Consumer<ServiceSpec> request :
        List.<Consumer<ServiceSpec>>of(
            spec -> swarm.services().create(spec),
            spec -> swarm.services().update("web", old -> spec.withName("web")))) {
      ServiceSpec asked = bad;
      InvalidSpecException refused =
          catchThrowableOfType(InvalidSpecException.class, () -> request.accept(asked));

      assertThat(refused.faults())
          .extracting(Fault::path)
          .anyMatch(path -> path.endsWith("task.networks[0]"))
          .anyMatch(path -> path.endsWith("task.container.secrets"))
          .anyMatch(path -> path.endsWith("task.container.configs"))
          .anyMatch(path -> path.endsWith("task.container.env.WHO"))
          .anyMatch(path -> path.endsWith("task.dependsOn[0]"));
    }
    assertThat(swarm.view().revision()).isEqualTo(before.revision());
  }

  @Test
  void servicesThatWaitForEachOtherInARingAreRefused() {
    swarm
        .services()
        .create(
            task(
                ServiceSpec.of("api", "nginx"),
                it -> it.withDependsOn(List.of(new Dependency("web", null, false)))));

    InvalidSpecException refused =
        catchThrowableOfType(
            InvalidSpecException.class,
            () ->
                swarm
                    .services()
                    .update(
                        "web",
                        spec ->
                            task(
                                spec,
                                it ->
                                    it.withDependsOn(
                                        List.of(new Dependency("api", null, false))))));

    assertThat(refused.faults())
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.code()).isEqualTo(Fault.Code.CONTRADICTION);
              assertThat(fault.value()).isEqualTo("web -> api -> web");
            });
  }

  @Test
  void aRefusedRequestFailsItsStageTheSameWay() {
    CompletionStage<Service> creation =
        swarm.services().createAsync(ServiceSpec.of("web", "nginx"));
    sim.time.settle();

    assertThat(creation.toCompletableFuture())
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(ConflictException.class)
        .withMessageContaining("name conflicts with an existing object");
  }

  private static Case create(
      String what,
      UnaryOperator<ServiceSpec> mistake,
      Fault.Code code,
      String path,
      String value,
      String remedy) {
    return new Case(
        what,
        swarm -> swarm.services().create(mistake.apply(ServiceSpec.of("api", "nginx"))),
        code,
        path,
        value,
        remedy);
  }

  private static Case invalid(
      String what, UnaryOperator<ServiceSpec> mistake, String path, String value, String remedy) {
    return create(what, mistake, Fault.Code.INVALID, path, value, remedy);
  }

  private static ServiceSpec task(ServiceSpec spec, UnaryOperator<TaskSpec> change) {
    return spec.withTask(change.apply(spec.task()));
  }

  private static ServiceSpec container(ServiceSpec spec, UnaryOperator<ContainerSpec> change) {
    return task(spec, task -> task.withContainer(change.apply(task.container())));
  }

  private static EndpointSpec publish(PortSpec... ports) {
    return EndpointSpec.publish(ports);
  }

  private static NetworkSpec.IpPool pool(String subnet) {
    return new NetworkSpec.IpPool(Subnet.parse(subnet), null, null, Map.of());
  }
}
