package io.swarm4j.store.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretId;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelCodecTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901234Z");
  private static final Meta META = new Meta(42, NOW, NOW.plusMillis(17));
  private static final ServiceId SERVICE = new ServiceId(-1, 77);

  private final RecordCodec codec = RecordCodec.create();

  @Test
  void allOfTheModelCanBeEncoded() {
    codec.prepare(Change.class);
    for (Class<?> type : StoreObject.class.getPermittedSubclasses()) {
      codec.prepare(type);
    }
  }

  @ParameterizedTest
  @MethodSource("objects")
  void objectsComeBackAsTheyWere(StoreObject object) {
    byte[] bytes = codec.encode(StoreObject.class, object);
    StoreObject read = codec.decode(StoreObject.class, bytes);
    assertThat(read).isEqualTo(object);
    assertThat(codec.encode(StoreObject.class, read)).isEqualTo(bytes);

    Change change = new Change(null, object);
    assertThat(codec.decode(Change.class, codec.encode(Change.class, change))).isEqualTo(change);
  }

  @Test
  void aTaskIsSmall() {
    assertThat(codec.encode(Task.class, task()).length).isLessThan(190);
  }

  static List<StoreObject> objects() {
    return List.of(task(), service(), network(), node(), secret());
  }

  static Task task() {
    return new Task(
        new TaskId(0x1234567890abcdefL, 0xfedcba0987654321L),
        META,
        SERVICE,
        3,
        new SlotKey.Numbered(7),
        new NodeId(Long.MIN_VALUE, Long.MAX_VALUE),
        TaskState.RUNNING,
        TaskStatus.of(TaskState.PREPARING, NOW, "preparing")
            .because(new Reason.Image("nginx:1", "not found"), "no such image"),
        List.of(new Attachment(new NetworkId(1, 2), Ip.v4(10, 0, 1, 2), List.of("web"))),
        List.of(new GenericResource.Discrete("gpu", 2), new GenericResource.Named("fpga", "f1")),
        0,
        17);
  }

  private static Service service() {
    ContainerSpec container =
        ContainerSpec.builder()
            .image("registry:5000/team/app:1.2")
            .args(List.of("--flag", ""))
            .env(Map.of("B", "2", "A", "größer"))
            .tty(true)
            .init(false)
            .stopGracePeriod(Duration.ofMillis(1_500))
            .mounts(List.of(Mount.bind("/src", "/dst"), Mount.volume("data", "/data")))
            .exposedPorts(List.of(80, 443))
            .build();
    ServiceSpec spec =
        ServiceSpec.builder()
            .name("web")
            .labels(Map.of("tier", "front"))
            .task(TaskSpec.builder().container(container).build())
            .mode(new ServiceMode.Global())
            .build();
    return Service.create(SERVICE, ServiceSpec.of("web", "nginx"))
        .withMeta(META)
        .withNewSpec(spec, 5, Set.of());
  }

  private static Network network() {
    return Network.create(new NetworkId(5, 6), NetworkSpec.overlay("back"))
        .withMeta(META)
        .withPools(List.of(NetworkSpec.IpPool.of("10.0.9.0/24")), 4097);
  }

  private static Node node() {
    return new Node(
        new NodeId(8, 9),
        META,
        NodeSpec.of(Node.NodeRole.MANAGER).withLabels(Map.of("rack", "r1")),
        NodeDescription.UNKNOWN,
        new NodeStatus(Node.NodeState.READY, "", "127.0.0.1", NOW),
        Node.NodeRole.MANAGER,
        new Node.ManagerStatus(true, true, "127.0.0.1:2377"));
  }

  private static Secret secret() {
    return new Secret(new SecretId(3, 4), META, SecretSpec.of("password", "geheim"), 1);
  }
}
