package io.swarm4j.examples.bench;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Endpoint;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskBuilder;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The state of a swarm with many published services, and changes of one endpoint each. */
final class LargeSwarm {
  private static final int NODES = 10;
  private static final int FIRST_PORT = 10_000;

  private final Ids ids = new Ids(Chance.seeded(1));
  private final Map<Id, StoreObject> objects = new LinkedHashMap<>();
  private final List<Task> tasks = new ArrayList<>();
  private final List<NodeId> nodes = new ArrayList<>();
  private final int endpoints;
  private View view;

  LargeSwarm(int services, int endpoints) {
    this.endpoints = endpoints;
    Network ingress =
        Network.create(
                ids.network(), NetworkSpecBuilder.builder().name("ingress").ingress(true).build())
            .withPools(List.of(IpPool.of("10.128.0.0/14")), 4096);
    put(View.EMPTY.cluster());
    put(ingress);
    Ip next = Ip.v4(10, 128, 0, 2);
    for (int i = 1; i <= NODES; i++) {
      next = next.plus(1);
      put(node(Ip.v4(10, 77, 0, i), new Attachment(ingress.id(), next, List.of())));
    }
    for (int s = 0; s < services; s++) {
      PortSpec port = PortSpec.ingress(FIRST_PORT + s, 80);
      Service service =
          Service.create(
                  ids.service(),
                  ServiceSpec.of("service" + s, "app").withEndpoint(EndpointSpec.publish(port)))
              .withEndpoint(new Endpoint(List.of(port), List.of()));
      put(service);
      for (int e = 0; e < endpoints; e++) {
        next = next.plus(1);
        Task task = task(service, e, new Attachment(ingress.id(), next, List.of()));
        tasks.add(task);
        put(task);
      }
    }
    view = View.of(1, objects.values());
  }

  private void put(StoreObject object) {
    objects.put(object.id(), object);
  }

  private Node node(Ip address, Attachment attachment) {
    NodeId id = ids.node();
    nodes.add(id);
    return new Node(
        id,
        Meta.NEW,
        new NodeSpec(null, Map.of(), NodeRole.WORKER, Availability.ACTIVE),
        NodeDescription.UNKNOWN.withHostname("n" + nodes.size()),
        new NodeStatus(NodeState.READY, "", address.toString(), Instant.EPOCH),
        NodeRole.WORKER,
        null,
        List.of(attachment));
  }

  private Task task(Service service, int slot, Attachment attachment) {
    return TaskBuilder.builder()
        .id(ids.task())
        .serviceId(service.id())
        .specVersion(service.specVersion())
        .slot(new SlotKey.Numbered(slot + 1))
        .nodeId(nodes.get(tasks.size() % NODES))
        .desiredState(TaskState.RUNNING)
        .status(TaskStatus.of(TaskState.RUNNING, Instant.EPOCH, "running"))
        .attachments(List.of(attachment))
        .build();
  }

  View view() {
    return view;
  }

  NodeId firstNode() {
    return nodes.get(0);
  }

  /**
   * The first task of a service has ended: it is an endpoint no longer, and its address is free.
   */
  Commit end(int service) {
    Task before = tasks.get(service * endpoints);
    Task after =
        before
            .withDesiredState(TaskState.SHUTDOWN)
            .withStatus(TaskStatus.of(TaskState.SHUTDOWN, Instant.EPOCH, "shutdown"));
    put(after);
    View earlier = view;
    view = View.of(earlier.revision() + 1, objects.values());
    return new Commit(
        view.revision(),
        Instant.EPOCH,
        List.of(),
        List.of(new Change(before, after)),
        earlier,
        view);
  }
}
