package io.swarm4j.network.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.EndpointSpec.EndpointMode;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.Node;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskSpecBuilder;
import io.swarm4j.model.TaskState;
import io.swarm4j.network.endpoint.EndpointTable;
import io.swarm4j.network.ipam.AddressConflicts;
import io.swarm4j.network.ports.PortConflicts;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever users, orchestrator and agents do, in whichever order: what is allocated is what living
 * holders have, and who lacks something says so.
 */
class AllocatorPropertyTest {
  private static final int STEPS = 400;

  private Random random;
  private TestSwarm swarm;
  private int names;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void allocationsAreHoldingsAfterEveryStep(long seed) {
    random = new Random(seed);
    swarm =
        new TestSwarm(
            AllocatorOptions.DEFAULT
                .withAddressForEveryTask(random.nextBoolean())
                .withAddressForEveryNode(random.nextBoolean()),
            random.nextBoolean() ? 4096 : 6);
    for (int step = 0; step < STEPS; step++) {
      String done = step();
      View view = swarm.view();
      assertThat(swarm.defects()).as("seed %s, step %s: %s", seed, step, done).isEmpty();
      for (Task task : view.tasks()) {
        if (task.state() == TaskState.NEW && task.isDesiredAlive()) {
          assertThat(task.status().reason())
              .as("seed %s, step %s: %s, task %s", seed, step, done, task)
              .isInstanceOf(Reason.Allocation.class);
        }
      }
    }
    assertThat(EndpointTable.of(swarm.view()).frontends())
        .doesNotHaveDuplicates()
        .extracting(frontend -> frontend.id())
        .doesNotHaveDuplicates();
  }

  private String step() {
    int choice = random.nextInt(21);
    List<Task> tasks = swarm.view().tasks();
    List<Service> services = swarm.view().services();
    List<Network> networks = swarm.view().networks();
    if (choice == 20) {
      return "node " + addOrRemoveNode();
    } else if (choice == 0) {
      return "network " + addNetwork(networks);
    } else if (choice == 1 && !networks.isEmpty()) {
      Network network = pick(networks);
      boolean used =
          services.stream().anyMatch(service -> uses(service, network)) || network.spec().ingress();
      if (!used) {
        swarm.forget(network);
      }
      return "remove network " + network.name() + " " + !used;
    } else if (choice <= 4 || services.isEmpty()) {
      ServiceSpec spec = spec("s" + names++);
      boolean admitted = admitted(spec, null);
      if (admitted) {
        swarm.service(spec);
      }
      return "service " + spec.name() + " " + admitted;
    }
    Service service = pick(services);
    if (choice <= 6 && !service.isRemoved()) {
      ServiceSpec spec = spec(service.name());
      boolean admitted = admitted(spec, service);
      if (admitted) {
        swarm.update(service, spec);
      }
      return "update " + service.name() + " " + admitted;
    } else if (choice == 7) {
      if (!service.isRemoved()) {
        swarm.remove(service);
      } else if (swarm.view().tasksOf(service.id()).isEmpty()) {
        swarm.forget(service);
      }
      return "remove " + service.name();
    } else if (choice == 8 && random.nextInt(5) == 0) {
      swarm.changeLeader();
      return "new leader";
    } else if (choice <= 12 && !service.isRemoved()) {
      int count = 1 + random.nextInt(6);
      swarm.tasks(service, 1, count);
      return "tasks of " + service.name() + " " + count;
    } else if (!tasks.isEmpty()) {
      return change(pick(tasks));
    }
    return "nothing";
  }

  private String addOrRemoveNode() {
    List<Node> nodes = swarm.view().nodes();
    if (nodes.size() < 3) {
      return swarm.node("h" + names++, "192.168.0.1").hostname();
    }
    Node node = pick(nodes);
    swarm.forget(node);
    return node.hostname() + " removed";
  }

  private String change(Task task) {
    int choice = random.nextInt(4);
    if (choice == 0) {
      swarm.delete(task);
    } else if (choice == 1 && task.desiredState() == TaskState.RUNNING) {
      swarm.desire(task, TaskState.SHUTDOWN);
    } else if (task.state() == TaskState.PENDING && task.isDesiredAlive()) {
      swarm.start(task);
    } else if (task.state() == TaskState.RUNNING) {
      swarm.reach(task, random.nextBoolean() ? TaskState.FAILED : TaskState.COMPLETE);
    }
    return "task " + task.id() + " of " + task.serviceId() + " " + choice;
  }

  private String addNetwork(List<Network> networks) {
    String name = "n" + random.nextInt(6);
    if (swarm.view().networkNamed(name) != null) {
      return name + " exists";
    }
    if (networks.stream().noneMatch(network -> network.spec().ingress())) {
      return swarm.ingress().name();
    }
    return random.nextBoolean()
        ? swarm.overlay(name).name()
        : swarm
            .overlay(name, "10.0." + random.nextInt(3) + "." + 8 * random.nextInt(4) + "/29")
            .name();
  }

  private static boolean uses(Service service, Network network) {
    return service.spec().task().networks().stream()
            .anyMatch(wish -> wish.network().equals(network.name()))
        || service.history().stream()
            .flatMap(revision -> revision.spec().task().networks().stream())
            .anyMatch(wish -> wish.network().equals(network.name()));
  }

  private boolean admitted(ServiceSpec spec, Service self) {
    return PortConflicts.check(swarm.view(), spec, self == null ? null : self.id()).isEmpty()
        && AddressConflicts.check(swarm.view(), spec, self == null ? null : self.id()).isEmpty();
  }

  private ServiceSpec spec(String name) {
    List<NetworkAttachmentSpec> networks = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      if (random.nextInt(4) == 0) {
        Ip fixed =
            random.nextInt(4) == 0
                ? Ip.v4(10, 0, random.nextInt(3), 8 * random.nextInt(4) + random.nextInt(8))
                : null;
        networks.add(new NetworkAttachmentSpec("n" + i, List.of(), fixed));
      }
    }
    List<PortSpec> ports = new ArrayList<>();
    for (int target = 80; target < 83; target++) {
      int kind = random.nextInt(5);
      if (kind == 0) {
        ports.add(PortSpec.ingress(0, target));
      } else if (kind == 1) {
        ports.add(PortSpec.ingress(30_000 + 3 * random.nextInt(3) + target - 80, target));
      } else if (kind == 2) {
        ports.add(PortSpec.host(31_000 + random.nextInt(3) * 3 + target - 80, target));
      }
    }
    boolean vip =
        random.nextInt(3) > 0
            || ports.stream().anyMatch(p -> p.publishMode() == PortSpec.PublishMode.INGRESS);
    ServiceSpec plain = ServiceSpec.of(name, "app");
    return plain
        .withTask(TaskSpecBuilder.builder(plain.task()).networks(networks).build())
        .withEndpoint(new EndpointSpec(vip ? EndpointMode.VIP : EndpointMode.DNSRR, ports));
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
