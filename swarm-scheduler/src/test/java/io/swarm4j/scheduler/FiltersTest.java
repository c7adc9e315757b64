package io.swarm4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Mount.MountType;
import io.swarm4j.model.MountBuilder;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription.Plugin;
import io.swarm4j.model.NodeDescriptionBuilder;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.PlacementBuilder;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.TaskState;
import io.swarm4j.testing.Feature;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which nodes a task may run on at all. */
class FiltersTest {
  private final World world = new World();

  @Test
  @Feature("G04")
  void onlyManagersPassAConstraintOnTheRole() {
    world.nodes("m1", "w1", "w2");
    world.edit("m1", node -> node.withRole(NodeRole.MANAGER));

    Service viz = world.run(Specs.constrained("viz", "node.role==manager"), 3);

    assertThat(world.spread(viz)).isEqualTo(Map.of("m1", 3, "w1", 0, "w2", 0));
  }

  @Test
  @Feature("G05")
  void onlyTheNamedHostPassesAConstraintOnTheHostname() {
    world.nodes("w1", "w2", "w4");

    Service one = world.run(Specs.constrained("one", "node.hostname == w4"), 2);

    assertThat(world.places(one)).containsOnly("w4");
  }

  @ParameterizedTest
  @Feature("G06")
  @CsvSource({
    "node.labels.type==spot, w1",
    "node.labels.type!=spot, w2",
    "node.labels.Type==spot, -",
    "NODE.LABELS.type==SPOT, w1",
    "engine.labels.disk==ssd, w2",
    "node.platform.os==linux, w1",
    "node.platform.arch==arm64, w2",
    "node.ip==10.0.0.2, w2",
    "node.ip==10.0.0.0/31, w1",
    "node.role!=manager, w1",
    "node.unknown!=x, -"
  })
  void labelsPlatformAndAddressCanBeConstrained(String constraint, String expected) {
    world.node(
        "w1",
        Map.of("type", "spot"),
        NodeDescriptionBuilder.builder().platform(new Platform("linux", "amd64")).build());
    world.node(
        "w2",
        Map.of(),
        NodeDescriptionBuilder.builder()
            .platform(new Platform("windows", "arm64"))
            .engineLabels(Map.of("disk", "ssd"))
            .build());
    world.availability("w2", expected.equals("w1") ? Availability.PAUSE : Availability.ACTIVE);

    Service service = world.run(Specs.constrained("web", constraint), 1);

    assertThat(world.places(service)).containsExactly(expected);
  }

  @Test
  @Feature("G20")
  void reservationsAreHonoured() {
    world.node("small", Map.of(), Resources.of(1, World.GIB));
    world.node("large", Map.of(), Resources.of(8, 16 * World.GIB));

    Service heavy = world.run(Specs.reserving("heavy", 2, 4 * World.GIB), 5);

    assertThat(world.places(heavy)).containsExactly("large", "large", "large", "large", "-");
    assertThat(world.tasks(heavy).get(4).status().err())
        .isEqualTo("no suitable node (insufficient resources on 2 nodes)");
  }

  @Test
  void aTaskThatIsToEndHoldsItsResourcesUntilItHasEnded() {
    world.node("w1", Map.of(), Resources.of(1, World.GIB));
    Service first = world.run(Specs.reserving("first", 1, 0), 1);
    Service second = world.run(Specs.reserving("second", 1, 0), 1);

    world.setState(world.task(first), TaskState.RUNNING);
    world.setDesired(world.task(first), TaskState.SHUTDOWN);
    assertThat(world.places(second)).containsExactly("-");

    world.setState(world.task(first), TaskState.SHUTDOWN);
    assertThat(world.places(second)).containsExactly("w1");
  }

  @Test
  void countedGenericResourcesAreGivenOut() {
    world.node("w1", Map.of(), generic(new GenericResource.Discrete("gpu", 3)));

    Service service = world.run(wantingGpus(2), 2);

    assertThat(world.places(service)).containsExactly("w1", "-");
    assertThat(world.task(service).assigned())
        .containsExactly(new GenericResource.Discrete("gpu", 2));
  }

  @Test
  void namedGenericResourcesAreGivenOutByNameAndComeBack() {
    world.node(
        "w1",
        Map.of(),
        generic(
            new GenericResource.Named("gpu", "a"),
            new GenericResource.Named("gpu", "b"),
            new GenericResource.Named("gpu", "c")));

    Service service = world.run(wantingGpus(2), 1);
    Service other = world.run(wantingGpus(1).withName("other"), 2);

    assertThat(world.task(service).assigned())
        .containsExactly(
            new GenericResource.Named("gpu", "a"), new GenericResource.Named("gpu", "b"));
    assertThat(world.tasks(other).get(0).assigned())
        .containsExactly(new GenericResource.Named("gpu", "c"));
    assertThat(world.places(other)).containsExactly("w1", "-");

    world.setState(world.task(service), TaskState.FAILED);
    assertThat(world.tasks(other).get(1).assigned())
        .containsExactly(new GenericResource.Named("gpu", "a"));
  }

  private static Resources generic(GenericResource... resources) {
    return new Resources(4_000_000_000L, 8 * World.GIB, List.of(resources));
  }

  private static ServiceSpec wantingGpus(int count) {
    return Specs.reserving("gpus", 0, 0, new GenericResource.Discrete("gpu", count));
  }

  @Test
  @Feature("P03")
  void aNodeThatListsPluginsMustHaveThoseNeeded() {
    plugins("bare");
    plugins("without", new Plugin("Volume", "local"), new Plugin("Log", "json-file"));
    plugins("with", new Plugin("Volume", "nfs:latest"), new Plugin("Log", "fluentd"));
    Mount mount = Mount.volume("data", "/data").withDriver("nfs");
    TaskSpec task =
        TaskSpec.of("db")
            .withContainer(ContainerSpec.of("db").withMounts(List.of(mount)))
            .withLogDriver(new TaskSpec.LogDriver("fluentd", Map.of()));

    Service db = world.run(Specs.plain("db").withTask(task), 8);

    assertThat(world.spread(db)).isEqualTo(Map.of("bare", 4, "with", 4, "without", 0));
  }

  @Test
  void aNetworkNeedsItsDriver() {
    plugins("with", new Plugin("Network", "weave"));
    plugins("without", new Plugin("Network", "overlay"));
    world.change(
        tx ->
            tx.put(
                Network.create(
                    world.ids().network(), NetworkSpec.overlay("back").withDriver("weave"))));
    TaskSpec task = TaskSpec.of("db").withNetworks(List.of(NetworkAttachmentSpec.of("back")));

    Service db = world.run(Specs.plain("db").withTask(task), 2);

    assertThat(world.places(db)).containsOnly("with");
  }

  private void plugins(String name, Plugin... plugins) {
    world.node(name, Map.of(), NodeDescriptionBuilder.builder().plugins(List.of(plugins)).build());
  }

  @ParameterizedTest
  @CsvSource({"linux,x86_64,amd", "linux,aarch64,arm", "'',arm64,arm", "windows,'',-"})
  void thePlatformMustFit(String os, String architecture, String expected) {
    world.node(
        "amd",
        Map.of(),
        NodeDescriptionBuilder.builder().platform(new Platform("linux", "amd64")).build());
    world.node(
        "arm",
        Map.of(),
        NodeDescriptionBuilder.builder().platform(new Platform("linux", "aarch64")).build());
    var placement =
        PlacementBuilder.builder().platforms(List.of(new Platform(os, architecture))).build();

    Service service = world.run(Specs.placed("web", placement), 1);

    assertThat(world.places(service)).containsExactly(expected);
    if (expected.equals("-")) {
      assertThat(world.err(service))
          .isEqualTo("no suitable node (unsupported platform on 2 nodes)");
    }
  }

  @Test
  void aHostModePortIsOpenedOncePerNode() {
    world.nodes("w1", "w2");

    Service first = world.run(Specs.hostPort("first", 8080), 1);
    Service second = world.run(Specs.hostPort("second", 8080), 2);

    assertThat(world.places(second)).containsExactly(otherThan(world.places(first).get(0)), "-");
    assertThat(world.tasks(second).get(1).status().err())
        .isEqualTo("no suitable node (host-mode port already in use on 2 nodes)");
    world.setState(world.task(first), TaskState.COMPLETE);
    assertThat(world.places(second)).doesNotContain("-").doesNotHaveDuplicates();
  }

  private static String otherThan(String node) {
    return node.equals("w1") ? "w2" : "w1";
  }

  @Test
  void noNodeGetsMoreReplicasThanAllowed() {
    world.nodes("w1", "w2");
    var placement = PlacementBuilder.builder().maxReplicasPerNode(2).build();

    Service service = world.run(Specs.placed("web", placement), 5);

    assertThat(world.spread(service)).isEqualTo(Map.of("w1", 2, "w2", 2));
    assertThat(world.tasks(service).get(4).status().err())
        .isEqualTo("no suitable node (max replicas per node limit exceed)");
    world.setDesired(world.task(service), TaskState.SHUTDOWN);
    assertThat(world.places(service)).doesNotContain("-");
  }

  @Test
  void allClusterVolumesMustBeAvailable() {
    ClusterVolumes known =
        (mount, node) -> node.hostname().equals("w1") || "logs".equals(mount.source());
    World world = new World(PlacementOptions.builder().volumes(known).seed(1).build());
    world.nodes("w1", "w2");
    TaskSpec task =
        TaskSpec.of("db")
            .withContainer(
                ContainerSpec.of("db").withMounts(List.of(cluster("data"), cluster("logs"))));
    Service db = world.run(Specs.plain("db").withTask(task), 2);
    assertThat(world.places(db)).containsOnly("w1");

    world.state("w1", NodeState.DOWN);
    world.scale(db, 3);
    assertThat(world.tasks(db).get(2).status().err())
        .isEqualTo(
            "no suitable node (1 node not available for new tasks; "
                + "cannot fulfill requested CSI volume mounts on 1 node)");
  }

  private static Mount cluster(String volume) {
    return MountBuilder.builder()
        .type(MountType.CLUSTER)
        .source(volume)
        .target("/" + volume)
        .build();
  }
}
