package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Node;
import io.swarm4j.model.OverlayKey;
import io.swarm4j.model.Payload;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Service;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.network.allocator.AllocatorOptions;
import io.swarm4j.network.allocator.TestSwarm;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import io.swarm4j.store.Change;
import io.swarm4j.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a node's kernel shall do follows the state step by step as if it were worked out anew. */
class NodeViewTest {
  private static final int STEPS = 300;

  private final TestSwarm swarm =
      new TestSwarm(
          AllocatorOptions.DEFAULT.withAddressForEveryNode(true).withCoolDown(Duration.ZERO));
  private final Random random = new Random(1);
  private Map<String, List<Ip>> interfaces = Map.of();

  private static List<Change> changes(View before, View after) {
    Map<Object, StoreObject> old = new HashMap<>();
    before.objects().forEach(object -> old.put(object.id(), object));
    List<Change> changes = new ArrayList<>();
    for (StoreObject object : after.objects()) {
      StoreObject known = old.remove(object.id());
      if (known != object) {
        changes.add(new Change(known, object));
      }
    }
    old.values().forEach(gone -> changes.add(new Change(gone, null)));
    return changes;
  }

  private static Map<TaskId, NetworkNamespace> namespaces(View view, Node node) {
    Map<TaskId, NetworkNamespace> namespaces = new TreeMap<>();
    view.tasksOn(node.id())
        .forEach(task -> namespaces.put(task.id(), NetworkNamespace.named(task.id().toString())));
    return namespaces;
  }

  @Test
  void itAgreesWithWhatIsWorkedOutAnewAfterEveryStep() {
    swarm.ingress();
    swarm.overlay("front");
    swarm.network(NetworkSpecBuilder.builder().name("back").ipv6(true).build());
    Node node = swarm.node("m1", "10.77.0.1");
    swarm.node("m2", "10.77.0.2");
    NodeView followed = new NodeView(node.id(), View.EMPTY);
    followed.reset(swarm.view());
    int differing = 0;
    for (int step = 0; step < STEPS; step++) {
      View before = swarm.view();
      act(step);
      View after = swarm.view();
      KernelConfig last = followed.config(before, namespaces(before, node));
      boolean changed = followed.apply(changes(before, after), after);
      changed |= followed.know(interfaces);
      NodeView anew = new NodeView(node.id(), View.EMPTY);
      anew.know(interfaces);
      anew.reset(after);

      KernelConfig intended = anew.config(after, namespaces(after, node));
      assertThat(followed.config(after, namespaces(after, node))).isEqualTo(intended);
      assertThat(followed.missing()).isEqualTo(anew.missing());
      boolean other = !sameAs(last, intended);
      assertThat(changed || !other).as("step %s tells its changes", step).isTrue();
      differing += other ? 1 : 0;
    }
    assertThat(differing).isGreaterThan(STEPS / 3);
  }

  private static boolean sameAs(KernelConfig one, KernelConfig other) {
    return one.overlays().equals(other.overlays())
        && one.published().equals(other.published())
        && one.tasksHere().equals(other.tasksHere());
  }

  private void act(int step) {
    List<Service> services = swarm.view().services();
    List<Task> tasks = swarm.view().tasks();
    if (step % 40 == 0) {
      PortSpec port =
          new PortSpec("", Protocol.TCP, 80, 5000 + step, PublishMode.INGRESS, bind(step));
      swarm.service(
          TestSwarm.spec("s" + step, step % 80 == 0 ? "front" : "back")
              .withEndpoint(EndpointSpec.publish(port)));
      return;
    }
    if (step == STEPS / 2) {
      interfaces = Map.of("eth1", List.of(Ip.parse("10.78.0.1")));
      return;
    }
    if (step == STEPS * 2 / 3) {
      swarm.node("m3", "10.77.0.3");
      return;
    }
    switch (random.nextInt(4)) {
      case 0, 1 -> swarm.start(swarm.task(services.get(random.nextInt(services.size())), step));
      case 2 -> {
        if (!tasks.isEmpty()) {
          swarm.delete(tasks.get(random.nextInt(tasks.size())));
        }
      }
      default -> {
        if (!tasks.isEmpty()) {
          swarm.reach(tasks.get(random.nextInt(tasks.size())), TaskState.FAILED);
        }
      }
    }
  }

  private static List<String> bind(int step) {
    return step % 120 == 0 ? List.of("eth1") : List.of();
  }

  @Test
  void whatAChangeDoesNotConcernStaysTheSameObject() {
    swarm.overlay("front");
    Node node = swarm.node("m1", "10.77.0.1");
    Service web = swarm.service(TestSwarm.spec("web", "front"));
    Task task = swarm.start(swarm.task(web, 1));
    View before = swarm.view();
    NodeView view = new NodeView(node.id(), View.EMPTY);
    view.reset(before);
    Map<TaskId, NetworkNamespace> namespaces = namespaces(before, node);
    Overlay overlay = view.config(before, namespaces).overlays().get(0);
    List<VirtualService> services = view.config(before, namespaces).tasks().get(0).services();

    swarm.service(TestSwarm.spec("other"));
    View after = swarm.view();
    assertThat(view.apply(changes(before, after), after)).isFalse();
    KernelConfig config = view.config(after, namespaces);
    assertThat(config.overlays().get(0)).isSameAs(overlay);
    assertThat(config.tasks().get(0).services()).isSameAs(services);

    swarm.reach(task, TaskState.FAILED);
    assertThat(view.apply(changes(after, swarm.view()), swarm.view())).isTrue();
    assertThat(view.config(swarm.view(), namespaces).tasks().get(0).services().get(0).endpoints())
        .isEmpty();
  }

  @Test
  void anOverlayWithIpv6TellsWhoHasBothAddresses() {
    swarm.network(NetworkSpecBuilder.builder().name("dual").ipv6(true).build());
    Node here = swarm.node("m1", "10.77.0.1");
    Node there = swarm.node("m2", "10.77.0.2");
    Service web = swarm.service(TestSwarm.spec("web", "dual"));
    swarm.tasks(web, 1, 8).forEach(swarm::start);
    View state = swarm.view();
    Map<Node, List<Ip>> own = new HashMap<>();
    for (Node node : List.of(here, there)) {
      List<Ip> addresses = addresses(state.node(node.id()).attachments());
      assertThat(addresses).extracting(Ip::isV4).containsExactly(true, false);
      own.put(node, addresses);
    }
    NodeView view = new NodeView(here.id(), View.EMPTY);
    view.reset(state);
    KernelConfig config = view.config(state, namespaces(state, here));
    Overlay overlay = config.overlays().get(0);
    assertThat(overlay.address()).isEqualTo(own.get(here).get(0));
    assertThat(overlay.ipv6()).isEqualTo(new Subnet(own.get(here).get(1), 64));
    List<Ip> remote = new ArrayList<>(own.get(there));
    state.tasksOn(there.id()).forEach(task -> remote.addAll(addresses(task.attachments())));
    List<Remote> expected = new ArrayList<>();
    for (int i = 0; i < remote.size(); i++) {
      expected.add(new Remote(remote.get(i), remote.get(i - i % 2), Ip.parse("10.77.0.2")));
    }
    assertThat(overlay.remotes()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(config.tasksHere()).isNotEmpty().allMatch(Ip::isV4);
    assertThat(config.tasks().get(0).services())
        .allMatch(
            each -> each.endpoints().stream().allMatch(ip -> ip.isV4() == each.address().isV4()))
        .extracting(each -> each.address().isV4())
        .containsExactly(true, false);
  }

  private static List<Ip> addresses(List<Attachment> attachments) {
    return attachments.stream().map(Attachment::address).toList();
  }

  @Test
  void anEncryptedOverlayIsNotThereBeforeItsKeys() {
    swarm.network(NetworkSpecBuilder.builder().name("secret").encrypted(true).build());
    Node node = swarm.node("m1", "10.77.0.1");
    swarm.start(swarm.task(swarm.service(TestSwarm.spec("web", "secret")), 1));
    View before = swarm.view();
    NodeView view = new NodeView(node.id(), View.EMPTY);
    view.reset(before);
    assertThat(view.config(before, Map.of()).overlays()).isEmpty();

    OverlayKey key = new OverlayKey(1, Payload.of("of no account"), Instant.EPOCH);
    swarm.run(tx -> tx.put(tx.cluster().withOverlayKeys(List.of(key))));
    View after = swarm.view();
    assertThat(view.apply(changes(before, after), after)).isTrue();
    KernelConfig config = view.config(after, Map.of());
    assertThat(config.overlays()).allMatch(Overlay::encrypted).hasSize(1);
    assertThat(config.keys()).containsExactly(key);
  }
}
