package io.swarm4j.network.endpoint;

import static io.swarm4j.network.allocator.TestSwarm.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.ContainerSpecBuilder;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.network.allocator.TestSwarm;
import io.swarm4j.network.endpoint.ServiceFrontend.Backend;
import io.swarm4j.network.endpoint.ServiceFrontend.Kind;
import io.swarm4j.store.Change;
import io.swarm4j.store.View;
import io.swarm4j.testing.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EndpointTableTest {
  private final TestSwarm swarm = new TestSwarm();

  private static ServiceSpec publishing(ServiceSpec spec, PortSpec... ports) {
    return spec.withEndpoint(EndpointSpec.publish(ports));
  }

  private static ServiceSpec exposing(ServiceSpec spec, Integer... ports) {
    return spec.withTask(
        spec.task()
            .withContainer(
                ContainerSpecBuilder.builder(spec.task().container())
                    .exposedPorts(List.of(ports))
                    .build()));
  }

  private List<ServiceFrontend> frontends(Kind kind) {
    return EndpointTable.of(swarm.view()).frontends().stream()
        .filter(frontend -> frontend.kind() == kind)
        .toList();
  }

  private static List<String> targets(ServiceFrontend frontend) {
    return frontend.backends().stream()
        .map(backend -> backend.address() + ":" + backend.port())
        .sorted()
        .toList();
  }

  @Test
  @Feature("H02")
  void aPublishedPortLeadsToRunningTasksOnTheIngressNetwork() {
    swarm.ingress();
    swarm.overlay("backend", "10.0.9.0/24");
    Service web = swarm.service(publishing(spec("web", "backend"), PortSpec.ingress(5000, 3000)));
    List<Task> tasks = swarm.tasks(web, 1, 3);
    assertThat(frontends(Kind.PUBLISHED))
        .singleElement()
        .satisfies(
            frontend -> {
              assertThat(frontend.id()).isEqualTo("published/TCP/5000");
              assertThat(frontend.backends()).isEmpty();
            });

    tasks.forEach(swarm::start);
    assertThat(targets(frontends(Kind.PUBLISHED).get(0)))
        .containsExactly("10.0.0.3:3000", "10.0.0.4:3000", "10.0.0.5:3000");
    swarm.desire(tasks.get(0), TaskState.SHUTDOWN);
    swarm.reach(tasks.get(1), TaskState.FAILED);
    assertThat(targets(frontends(Kind.PUBLISHED).get(0))).containsExactly("10.0.0.5:3000");
  }

  @Test
  void withoutIngressNetworkAPublishedPortLeadsToAnyAddress() {
    swarm.overlay("backend", "10.0.9.0/24");
    Service web = swarm.service(publishing(spec("web", "backend"), PortSpec.ingress(5000, 3000)));
    swarm.start(swarm.task(web, 1));
    assertThat(targets(frontends(Kind.PUBLISHED).get(0))).containsExactly("10.0.9.3:3000");
  }

  @Test
  void aVirtualAddressHasThePortsThatTasksListenOn() {
    swarm.overlay("backend", "10.0.9.0/24");
    PortSpec udp = new PortSpec("", Protocol.UDP, 53, 5353, PublishMode.INGRESS, List.of());
    Service web = swarm.service(publishing(exposing(spec("web", "backend"), 8080), udp));
    Task first = swarm.start(swarm.task(web, 1));
    swarm.start(swarm.task(web, 2));
    swarm.run(
        tx -> {
          TaskStatus status = tx.task(first.id()).status();
          return tx.put(
              tx.task(first.id())
                  .withStatus(
                      new TaskStatus(
                          TaskState.RUNNING,
                          tx.now(),
                          status.message(),
                          "",
                          null,
                          new ContainerStatus("c1", 1, null, List.of(9000)))));
        });

    assertThat(frontends(Kind.VIRTUAL))
        .extracting(frontend -> frontend.id().replaceAll("^virtual/\\w+/", ""))
        .containsExactly("10.0.9.2/TCP/8080", "10.0.9.2/TCP/9000", "10.0.9.2/UDP/53");
    assertThat(frontends(Kind.VIRTUAL))
        .extracting(frontend -> frontend.backends().size())
        .containsExactly(2, 1, 2);
    assertThat(frontends(Kind.ADDRESS))
        .singleElement()
        .satisfies(frontend -> assertThat(frontend.backends()).hasSize(2));
  }

  @Test
  @Feature("H08")
  void aHostPortLeadsToTheTaskOnItsNode() {
    swarm.overlay("backend", "10.0.9.0/24");
    Service web = swarm.service(publishing(spec("web", "backend"), PortSpec.host(8080, 80)));
    Task task = swarm.start(swarm.task(web, 1));
    assertThat(frontends(Kind.HOST))
        .singleElement()
        .satisfies(
            frontend -> {
              assertThat(frontend.node()).isEqualTo(new NodeId(0, 1));
              assertThat(frontend.backends())
                  .containsExactly(
                      new Backend(
                          task.id(), task.attachments().get(0).address(), 80, new NodeId(0, 1)));
            });
    assertThat(frontends(Kind.PUBLISHED)).isEmpty();
  }

  @Test
  void duringAnUpdateEachTaskIsReachedOnThePortOfItsOwnVersion() {
    swarm.ingress();
    Service web = swarm.service(publishing(spec("web"), PortSpec.ingress(5000, 80)));
    swarm.start(swarm.task(web, 1));
    Service updated =
        swarm.update(
            web,
            publishing(spec("web"), PortSpec.ingress(5000, 8080), PortSpec.ingress(5001, 9090)));
    swarm.start(swarm.task(updated, 2));

    assertThat(frontends(Kind.PUBLISHED))
        .extracting(EndpointTableTest::targets)
        .containsExactly(List.of("10.0.0.3:80", "10.0.0.4:8080"), List.of("10.0.0.4:9090"));
  }

  @Test
  void aChangeOfATaskTouchesItsServiceOnlyAndOnlyIfItServes() {
    swarm.overlay("backend");
    Service first = swarm.service(exposing(spec("first", "backend"), 80));
    Service second = swarm.service(exposing(spec("second", "backend"), 80));
    Task task = swarm.start(swarm.task(first, 1));
    swarm.start(swarm.task(second, 1));
    View before = swarm.view();
    EndpointTable table = EndpointTable.of(before);

    swarm.desire(task, TaskState.SHUTDOWN);
    Change withdrawn = new Change(before.task(task.id()), swarm.now(task));
    assertThat(table.apply(List.of(withdrawn), swarm.view())).containsExactly(first.id());
    swarm.reach(task, TaskState.SHUTDOWN);
    Change ended = new Change(withdrawn.after(), swarm.now(task));
    assertThat(table.apply(List.of(ended), swarm.view())).isEmpty();
    assertThat(table.frontends()).isEqualTo(EndpointTable.of(swarm.view()).frontends());
  }

  @Test
  void followingChangesGivesTheSameAsComputingAnew() {
    Random random = new Random(5);
    swarm.overlay("backend");
    EndpointTable table = EndpointTable.of(swarm.view());
    for (int step = 0; step < 300; step++) {
      View before = swarm.view();
      if (step == 150) {
        swarm.ingress();
      }
      act(random, step);
      table.apply(changes(before, swarm.view()), swarm.view());
      assertThat(table.frontends()).isEqualTo(EndpointTable.of(swarm.view()).frontends());
    }
  }

  private void act(Random random, int step) {
    List<Service> services = swarm.view().services();
    List<Task> tasks = swarm.view().tasks();
    if (step % 30 == 0) {
      swarm.service(
          publishing(exposing(spec("s" + step, "backend"), 80, 81), PortSpec.ingress(0, 80)));
      return;
    }
    Service service = services.get(random.nextInt(services.size()));
    int choice = random.nextInt(6);
    if (choice == 0) {
      swarm.update(service, exposing(service.spec(), 80, 81 + random.nextInt(3)));
    } else if (choice <= 2 || tasks.isEmpty()) {
      swarm.start(swarm.task(service, step));
    } else {
      Task task = tasks.get(random.nextInt(tasks.size()));
      if (choice == 3) {
        swarm.delete(task);
      } else if (!task.state().isTerminal()) {
        swarm.reach(task, choice == 4 ? TaskState.FAILED : task.state());
      }
    }
  }

  private static List<Change> changes(View before, View after) {
    List<Change> changes = new ArrayList<>();
    Set<TaskId> seen = new java.util.HashSet<>();
    for (Task task : before.tasks()) {
      seen.add(task.id());
      if (task != after.task(task.id())) {
        changes.add(new Change(task, after.task(task.id())));
      }
    }
    after.tasks().stream()
        .filter(task -> !seen.contains(task.id()))
        .forEach(task -> changes.add(new Change(null, task)));
    for (Service service : after.services()) {
      ServiceId id = service.id();
      if (service != before.service(id)) {
        changes.add(new Change(before.service(id), service));
      }
    }
    after.networks().stream()
        .filter(network -> before.network(network.id()) == null)
        .forEach(network -> changes.add(new Change(null, network)));
    return changes;
  }
}
