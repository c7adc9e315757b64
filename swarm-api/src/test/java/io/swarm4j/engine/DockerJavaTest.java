package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerSpec;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.SecretSpec;
import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.ServiceModeConfig;
import com.github.dockerjava.api.model.ServiceReplicatedModeOptions;
import com.github.dockerjava.api.model.ServiceSpec;
import com.github.dockerjava.api.model.SwarmNodeRole;
import com.github.dockerjava.api.model.TaskSpec;
import com.github.dockerjava.api.model.TaskState;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.swarm4j.Swarm;
import io.swarm4j.testing.Feature;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** docker-java drives a swarm, as its users' programs do. */
@Timeout(120)
class DockerJavaTest {
  @TempDir private Path folder;
  private Swarm swarm;
  private EngineApi api;
  private DockerClient docker;

  @BeforeEach
  void start() {
    swarm =
        Swarm.builder()
            .managers(1)
            .workers(1)
            .network(false)
            .image(
                "talker",
                task -> {
                  task.out().println("hello");
                  task.awaitStop();
                },
                image ->
                    image.command(
                        "greet",
                        (task, arguments, streams) -> {
                          streams.stdout().write(("hi " + arguments.get(0)).getBytes(UTF_8));
                          return 0;
                        }))
            .start();
    api = EngineApi.of(swarm, "m1").unixSocket(folder.resolve("m1.sock")).start();
    var config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(api.hosts().get(0))
            .withDockerTlsVerify(false)
            .build();
    var http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .responseTimeout(Duration.ofSeconds(60))
            .build();
    docker = DockerClientImpl.getInstance(config, http);
  }

  @AfterEach
  void stop() throws Exception {
    docker.close();
    api.close();
    swarm.close();
  }

  private static ServiceSpec talker(int replicas) {
    return new ServiceSpec()
        .withName("web")
        .withTaskTemplate(new TaskSpec().withContainerSpec(new ContainerSpec().withImage("talker")))
        .withMode(
            new ServiceModeConfig()
                .withReplicated(new ServiceReplicatedModeOptions().withReplicas(replicas)));
  }

  @Test
  @Feature({"R01"})
  void servicesFromCreationToRemoval() throws Exception {
    docker.pingCmd().exec();
    assertThat(docker.versionCmd().exec().getApiVersion()).isEqualTo("1.51");
    assertThat(docker.infoCmd().exec().getName()).isEqualTo("m1");
    assertThat(docker.listSwarmNodesCmd().exec())
        .extracting(node -> node.getSpec().getRole())
        .containsExactlyInAnyOrder(SwarmNodeRole.MANAGER, SwarmNodeRole.WORKER);

    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    try (var listening =
        docker
            .eventsCmd()
            .withEventTypeFilter("service")
            .exec(
                new ResultCallback.Adapter<Event>() {
                  @Override
                  public void onNext(Event event) {
                    events.add(event);
                  }
                })) {
      listening.awaitStarted();
      docker.createServiceCmd(talker(2)).exec();
      Event created = events.poll(60, TimeUnit.SECONDS);
      assertThat(created).isNotNull();
      assertThat(created.getAction()).isEqualTo("create");
    }
    assertThatThrownBy(() -> docker.createServiceCmd(talker(1)).exec())
        .isInstanceOf(ConflictException.class);
    assertThat(swarm.services().await("web", Duration.ofSeconds(60)).isConverged()).isTrue();
    Service service = docker.inspectServiceCmd("web").exec();
    assertThat(docker.listServicesCmd().withNameFilter(List.of("web")).exec()).hasSize(1);
    assertThat(docker.listTasksCmd().withServiceFilter("web").exec())
        .hasSize(2)
        .allMatch(task -> task.getStatus().getState() == TaskState.RUNNING);

    docker
        .updateServiceCmd(service.getId(), talker(3))
        .withVersion(service.getVersion().getIndex())
        .exec();
    assertThat(swarm.services().await("web", Duration.ofSeconds(60)).isConverged()).isTrue();
    assertThat(docker.listTasksCmd().withServiceFilter("web").exec()).hasSize(3);
    docker.removeServiceCmd("web").exec();
    assertThatThrownBy(() -> docker.inspectServiceCmd("web").exec())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void containersLogsAndCommands() throws Exception {
    docker.createServiceCmd(talker(2)).exec();
    assertThat(swarm.services().await("web", Duration.ofSeconds(60)).isConverged()).isTrue();
    String id = docker.listContainersCmd().exec().get(0).getId();
    assertThat(docker.inspectContainerCmd(id).exec().getState().getRunning()).isTrue();

    Frames logs = new Frames();
    docker.logContainerCmd(id).withStdOut(true).withStdErr(true).exec(logs).awaitCompletion();
    assertThat(logs.text()).isEqualTo("hello\n");
    String run =
        docker
            .execCreateCmd(id)
            .withCmd("greet", "docker-java")
            .withAttachStdout(true)
            .exec()
            .getId();
    Frames said = new Frames();
    docker.execStartCmd(run).exec(said).awaitCompletion();
    assertThat(said.text()).isEqualTo("hi docker-java");
    assertThat(docker.inspectExecCmd(run).exec().getExitCodeLong()).isZero();
  }

  @Test
  void networksAndSecrets() {
    String network = docker.createNetworkCmd().withName("net").withDriver("overlay").exec().getId();
    assertThat(docker.inspectNetworkCmd().withNetworkId(network).exec().getScope())
        .isEqualTo("swarm");
    docker.removeNetworkCmd("net").exec();
    docker
        .createSecretCmd(
            new SecretSpec()
                .withName("key")
                .withData(Base64.getEncoder().encodeToString("s".getBytes(UTF_8))))
        .exec();
    assertThat(docker.listSecretsCmd().exec())
        .extracting(secret -> secret.getSpec().getName())
        .containsExactly("key");
    docker.removeSecretCmd(docker.listSecretsCmd().exec().get(0).getId()).exec();
    assertThat(docker.listSecretsCmd().exec()).isEmpty();
  }

  /** Collects what comes. */
  private static final class Frames extends ResultCallback.Adapter<Frame> {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void onNext(Frame frame) {
      bytes.writeBytes(frame.getPayload());
    }

    String text() {
      return bytes.toString(UTF_8);
    }
  }
}
