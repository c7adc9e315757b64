package io.swarm4j.compose;

import static io.swarm4j.compose.Yml.web;
import static io.swarm4j.compose.Yml.webFaults;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Constraint;
import io.swarm4j.model.EndpointSpec.EndpointMode;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Placement.SpreadPreference;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.RestartCondition;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeployReaderTest {

  @Test
  @Feature("M16")
  void modeSaysHowManyTasks() {
    assertThat(web("").mode()).isEqualTo(new ServiceMode.Replicated(1));
    assertThat(deploy("replicas: 5").mode()).isEqualTo(new ServiceMode.Replicated(5));
    assertThat(deploy("replicas: 0").mode()).isEqualTo(new ServiceMode.Replicated(0));
    assertThat(deploy("mode: global").mode()).isEqualTo(new ServiceMode.Global());
    assertThat(deploy("mode: replicated-job, replicas: 3").mode())
        .isEqualTo(new ServiceMode.ReplicatedJob(3, 3));
    assertThat(deploy("mode: global-job").mode()).isEqualTo(new ServiceMode.GlobalJob());
  }

  @Test
  @Feature("M17")
  void labelsBelongToTheService() {
    ServiceSpec service = deploy("labels: {a: b}");

    assertThat(service.labels())
        .isEqualTo(Map.of("a", "b", Stack.NAMESPACE_LABEL, "s", Stack.IMAGE_LABEL, "i"));
    assertThat(service.task().container().labels()).doesNotContainKey("a");
  }

  @Test
  @Feature("M15")
  void placementIsTakenOver() {
    assertThat(
            deploy(
                    "placement: {constraints: ['node.role == manager', node.labels.z!=a],"
                        + " preferences: [{spread: node.labels.zone}], max_replicas_per_node: 2}")
                .task()
                .placement())
        .isEqualTo(
            new Placement(
                List.of(
                    Constraint.parse("node.role==manager"), Constraint.parse("node.labels.z!=a")),
                List.of(new SpreadPreference("node.labels.zone")),
                2,
                List.of()));
  }

  @Test
  @Feature("M17")
  void resourcesAreExact() {
    assertThat(
            deploy(
                    "resources: {limits: {cpus: '0.1', memory: 50M, pids: 7}, reservations: {cpus:"
                        + " 0.3, memory: 1gb, generic_resources: [{discrete_resource_spec: {kind:"
                        + " gpu, value: 2}}]}}")
                .task()
                .resources())
        .isEqualTo(
            new ResourceRequirements(
                new Resources(100_000_000, 50L << 20, List.of()),
                new Resources(
                    300_000_000, 1L << 30, List.of(new GenericResource.Discrete("gpu", 2))),
                7));
    assertThat(web("").task().resources()).isEqualTo(ResourceRequirements.NONE);
  }

  @Test
  @Feature("M17")
  void policiesAreTakenOverAndKeepDefaultsElsewhere() {
    ServiceSpec service =
        deploy(
            "restart_policy: {condition: on-failure, delay: 2s, max_attempts: 3, window: 1m},"
                + " update_config: {parallelism: 2, delay: 10s, failure_action: rollback, monitor:"
                + " 20s, max_failure_ratio: 0.25, order: start-first}, rollback_config:"
                + " {parallelism: 0, failure_action: continue}, endpoint_mode: dnsrr");

    RestartPolicy restart = service.task().restart();
    assertThat(restart)
        .isEqualTo(
            new RestartPolicy(
                RestartCondition.ON_FAILURE,
                Duration.ofSeconds(2),
                3,
                Duration.ofMinutes(1),
                RestartPolicy.DEFAULT.backoff()));
    assertThat(service.update())
        .isEqualTo(
            UpdatePolicy.builder()
                .parallelism(2)
                .delay(Duration.ofSeconds(10))
                .failureAction(FailureAction.ROLLBACK)
                .monitor(Duration.ofSeconds(20))
                .maxFailureRatio(0.25)
                .order(UpdateOrder.START_FIRST)
                .build());
    assertThat(service.rollback())
        .isEqualTo(
            UpdatePolicy.builder().parallelism(0).failureAction(FailureAction.CONTINUE).build());
    assertThat(service.endpoint().mode()).isEqualTo(EndpointMode.DNSRR);
    assertThat(web("").update()).isNull();
    assertThat(web("").task().restart()).isNull();
  }

  @Test
  void contradictionsOfTheModeAreRefused() {
    assertThat(webFaults("deploy: {mode: global, replicas: 2}"))
        .containsExactly(
            "c.yml:1:61: services.web.deploy.replicas: replicas can only be used with mode"
                + " replicated or replicated-job; a global service has one task on each node");
    assertThat(webFaults("deploy: {mode: global, placement: {max_replicas_per_node: 1}}"))
        .containsExactly(
            "c.yml:1:86: services.web.deploy.placement.max_replicas_per_node: does not fit the rest"
                + " of the file; write 0 on a global service, which has one task per node anyway");
    assertThat(webFaults("deploy: {mode: global-job, update_config: {delay: 1s}}"))
        .containsExactly(
            "c.yml:1:55: services.web.deploy.update_config: does not fit the rest of the file;"
                + " write no update policy: jobs may not have one");
    assertThat(webFaults("deploy: {mode: replicated-job, replicas: 0}"))
        .isNotEmpty()
        .allSatisfy(fault -> assertThat(fault).contains("services.web.deploy.replicas: '0'"));
  }

  @Test
  void wordsThatAreNotKnownAreRefused() {
    assertThat(
            webFaults(
                "deploy: {mode: globl, endpoint_mode: ip, restart_policy: {condition: always},"
                    + " update_config: {failure_action: explode, order: start-frist},"
                    + " rollback_config: {failure_action: rollback, max_failure_ratio: '1.5'}}"))
        .containsExactly(
            "c.yml:1:43: services.web.deploy.mode: 'globl' is not known; did you mean 'global'?",
            "c.yml:1:65: services.web.deploy.endpoint_mode: 'ip' is not known; write one of dnsrr,"
                + " vip",
            "c.yml:1:97: services.web.deploy.restart_policy.condition: 'always' is not known; write"
                + " one of any, none, on-failure",
            "c.yml:1:138: services.web.deploy.update_config.failure_action: 'explode' is not known;"
                + " write one of continue, pause, rollback",
            "c.yml:1:154: services.web.deploy.update_config.order: 'start-frist' is not known; did"
                + " you mean 'start-first'?",
            "c.yml:1:202: services.web.deploy.rollback_config.failure_action: 'rollback' is not"
                + " known; write one of continue, pause",
            "c.yml:1:231: services.web.deploy.rollback_config.max_failure_ratio: '1.5' is refused;"
                + " write 0 to 1");
  }

  @Test
  void malformedResourcesAndConstraintsAreRefused() {
    assertThat(
            webFaults(
                "deploy: {resources: {limits: {cpus: half, memory: 1k}, reservations: {devices: [],"
                    + " generic_resources: [{discrete_resource_spec: {kind: gpu}}, {}]}},"
                    + " placement: {constraints: ['node.role = x', 'q!'], preferences: [{spread:"
                    + " zone}, {}]}}"))
        .containsExactly(
            "c.yml:1:64: services.web.deploy.resources.limits.cpus: 'half' is no number of CPUs;"
                + " write one such as 0.5 or 2",
            "c.yml:1:78: services.web.deploy.resources.limits.memory: '1024' is refused; write at"
                + " least 4MiB (4194304)",
            "c.yml:1:98: services.web.deploy.resources.reservations.devices: devices are counted by"
                + " the swarm: use generic_resources",
            "c.yml:1:132: services.web.deploy.resources.reservations.generic_resources[0]"
                + ".discrete_resource_spec: 'value' is missing; write how many are set aside",
            "c.yml:1:170: services.web.deploy.resources.reservations.generic_resources[1]:"
                + " 'discrete_resource_spec' is missing; write {kind: gpu, value: 2} under it",
            "c.yml:1:203: services.web.deploy.placement.constraints[0]: 'node.role = x' is refused;"
                + " write one operator from ==, !=, as in node.role==manager",
            "c.yml:1:220: services.web.deploy.placement.constraints[1]: 'q!' is refused; write one"
                + " operator from ==, !=, as in node.role==manager",
            "c.yml:1:250: services.web.deploy.placement.preferences[0].spread: 'zone' is refused;"
                + " write node.labels.<key> or engine.labels.<key>",
            "c.yml:1:257: services.web.deploy.placement.preferences[1]: 'spread' is missing; write"
                + " one such as node.labels.zone");
  }

  private static ServiceSpec deploy(String keys) {
    return web("deploy: {" + keys + "}");
  }
}
