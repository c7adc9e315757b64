package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.View;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.EngineAction;
import io.swarm4j.testing.DockerHosts.Host;
import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A swarm whose nodes have an engine each: what befalls one engine is the swarm's to mend. */
@Tag("docker")
@Timeout(300)
class SwarmOnDockerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @RegisterExtension
  static final DockerHosts HOSTS =
      DockerHosts.own(2, "--live-restore", "--node-generic-resource", "gpu=A");

  private static Swarm start() {
    return Swarm.builder()
        .name("on-docker")
        .workers(1)
        .network(false)
        .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofMillis(500)))
        .runtime(
            (node, time, loop) ->
                DockerRuntime.builder(time, "on-docker/" + node.name())
                    .engine(EngineAddress.of(host(node.name()).uri()))
                    .answerLimit(Duration.ofSeconds(3))
                    .signsOfLife(Duration.ofSeconds(1))
                    .build())
        .start();
  }

  private static Host host(String node) {
    return HOSTS.host(node.equals("m1") ? 0 : 1);
  }

  private static Node node(View view, String name) {
    return view.nodes().stream()
        .filter(node -> node.hostname().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static long running(View view, String node) {
    return view.tasksOn(node(view, node).id()).stream()
        .filter(task -> task.isDesiredAlive() && task.state() == TaskState.RUNNING)
        .count();
  }

  private static String containers(Host host) {
    return host.docker("ps", "-q");
  }

  private static void awaitNoContainer(Host host) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!containers(host).isEmpty() && System.nanoTime() < end) {
      new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
    }
    assertThat(containers(host)).isEmpty();
  }

  @Test
  @Feature({"I03", "F03"})
  void tasksOfAnEngineThatHangsAreReplacedAndTheirContainersGoWhenItIsBack() throws Exception {
    try (Swarm swarm = start()) {
      swarm.services().create(ServiceSpec.of("web", "swarm4j/customer").withReplicas(4));
      swarm.services().await("web", PATIENCE);
      assertThat(running(swarm.view(), "w1")).isEqualTo(2);
      HOSTS.engine(host("w1"), EngineAction.FREEZE);

      assertThat(swarm.await(view -> node(view, "w1").status().state() == NodeState.DOWN, PATIENCE))
          .isTrue();
      assertThat(node(swarm.view(), "w1").status().message())
          .contains(host("w1").socket().toString());
      assertThat(swarm.await(view -> running(view, "m1") == 4, PATIENCE)).isTrue();
      HOSTS.engine(host("w1"), EngineAction.THAW);

      assertThat(
              swarm.await(view -> node(view, "w1").status().state() == NodeState.READY, PATIENCE))
          .isTrue();
      awaitNoContainer(host("w1"));
      assertThat(running(swarm.view(), "m1")).isEqualTo(4);
    }
    assertThat(containers(HOSTS.host(0))).isEmpty();
  }

  @Test
  void genericResourcesOfTheEnginesAreGivenOutAndToldToTheTask() throws Exception {
    try (Swarm swarm = start()) {
      ServiceSpec one = ServiceSpec.of("learner", "swarm4j/customer").withReplicas(3);
      Resources gpu = new Resources(0, 0, List.of(new GenericResource.Discrete("gpu", 1)));
      swarm
          .services()
          .create(one.withTask(one.task().withResources(new ResourceRequirements(null, gpu, 0))));

      assertThat(swarm.await(view -> running(view, "m1") + running(view, "w1") == 2, PATIENCE))
          .isTrue();
      for (Host host : HOSTS.all()) {
        assertThat(host.docker("inspect", "-f", "{{.Config.Env}}", containers(host)))
            .contains("DOCKER_RESOURCE_GPU=A");
      }
    }
  }

  @Test
  @Feature("U05")
  void anImageIsRemovedOnAllNodesThroughTheirSockets(@TempDir Path folder) throws Exception {
    DockerCli.requireInstalled();
    try (Swarm swarm = start()) {
      for (String node : List.of("m1", "w1")) {
        Host host = host(node);
        host.docker("tag", "swarm4j/base", "outdated:1");
        try (EngineApi api =
            EngineApi.of(swarm, node)
                .engine(EngineAddress.of(host.uri()))
                .unixSocket(folder.resolve(node + ".sock"))
                .start()) {
          DockerCli docker =
              new DockerCli(DockerCli.installed().get(0), api.hosts().get(0), folder);
          assertThat(docker.run("image", "rm", "outdated:1").ok()).contains("Untagged: outdated:1");
        }
        assertThat(host.docker("images", "-q", "outdated")).isEmpty();
      }
    }
  }

  @Test
  void removedContainerIsReplacedAndUnknownImageIsTold() throws Exception {
    try (Swarm swarm = start()) {
      swarm.services().create(ServiceSpec.of("web", "swarm4j/customer"));
      swarm.services().await("web", PATIENCE);
      String name =
          swarm.view().nodes().stream()
              .filter(node -> running(swarm.view(), node.hostname()) == 1)
              .findFirst()
              .orElseThrow()
              .hostname();
      String first = containers(host(name));

      host(name).docker("rm", "-f", first);

      assertThat(
              swarm.await(
                  view -> running(view, "m1") + running(view, "w1") == 1 && view.taskCount() == 2,
                  PATIENCE))
          .isTrue();
      swarm.services().create(ServiceSpec.of("none", "swarm4j/no-such-image:1"));
      assertThat(
              swarm.await(
                  view ->
                      view.tasksOf(view.serviceNamed("none").id()).stream()
                          .anyMatch(
                              task ->
                                  task.state() == TaskState.REJECTED
                                      && task.status().err().contains("no-such-image")),
                  PATIENCE))
          .isTrue();
    }
    assertThat(containers(HOSTS.host(0)) + containers(HOSTS.host(1))).isEmpty();
  }
}
