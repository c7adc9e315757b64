package io.swarm4j.scheduler;

import io.swarm4j.model.Constraint;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeBuilder;
import io.swarm4j.model.NodeDescriptionBuilder;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NodeStatus;
import io.swarm4j.model.Placement.SpreadPreference;
import io.swarm4j.model.PlacementBuilder;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A swarm that follows from a seed: nodes, services of all kinds, and tasks that run or have
 * failed.
 */
final class RandomSwarm {
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  final Chance chance;
  final Ids ids;
  final List<Node> nodes = new ArrayList<>();
  final List<Service> services = new ArrayList<>();
  final View view;

  RandomSwarm(long seed) {
    chance = Chance.seeded(seed);
    ids = new Ids(chance);
    StoreTransaction tx = new StoreTransaction(View.EMPTY, NOW, Integer.MAX_VALUE);
    for (int i = 1 + chance.nextInt(60); i > 0; i--) {
      nodes.add(tx.put(node(i)));
    }
    for (int i = 1 + chance.nextInt(8); i > 0; i--) {
      services.add(tx.put(Service.create(ids.service(), spec("s" + i))));
    }
    for (int i = chance.nextInt(150); i > 0; i--) {
      Service service = any(services);
      boolean failed = chance.withProbability(0.3);
      TaskState state = failed ? TaskState.FAILED : TaskState.RUNNING;
      NodeId node = failed ? nodes.get(chance.nextInt(Math.min(3, nodes.size()))).id() : anyNode();
      TaskState desired = chance.withProbability(0.8) ? TaskState.RUNNING : TaskState.SHUTDOWN;
      tx.put(task(service, i, node, state, desired));
    }
    view = tx.result();
  }

  private Node node(int number) {
    Map<String, String> labels = new TreeMap<>();
    if (chance.withProbability(0.8)) {
      labels.put("zone", "z" + chance.nextInt(3));
    }
    if (chance.withProbability(0.8)) {
      labels.put("rack", "r" + chance.nextInt(4));
    }
    List<GenericResource> generic = new ArrayList<>();
    if (chance.withProbability(0.4)) {
      generic.add(new GenericResource.Discrete("gpu", chance.nextInt(4)));
    }
    Resources resources =
        new Resources(
            (1 + chance.nextInt(16)) * 1_000_000_000L,
            (1 + chance.nextInt(16)) * World.GIB,
            generic);
    return NodeBuilder.builder()
        .id(ids.node())
        .spec(
            new NodeSpec(
                null,
                labels,
                NodeRole.WORKER,
                chance.withProbability(0.9) ? Availability.ACTIVE : Availability.PAUSE))
        .description(
            NodeDescriptionBuilder.builder().hostname("n" + number).resources(resources).build())
        .status(new NodeStatus(NodeState.READY, "", "10.0.0.1", NOW))
        .build();
  }

  private ServiceSpec spec(String name) {
    List<GenericResource> generic = new ArrayList<>();
    if (chance.withProbability(0.2)) {
      generic.add(new GenericResource.Discrete("gpu", 1));
    }
    Resources reserved =
        chance.withProbability(0.6)
            ? new Resources(
                chance.nextInt(4) * 500_000_000L, chance.nextInt(3) * World.GIB, generic)
            : Resources.NONE;
    PlacementBuilder placement = PlacementBuilder.builder();
    if (chance.withProbability(0.3)) {
      placement.constraints(Constraint.parseAll(List.of("node.labels.zone!=z0")));
    }
    List<SpreadPreference> preferences = new ArrayList<>();
    if (chance.withProbability(0.4)) {
      preferences.add(new SpreadPreference("node.labels.zone"));
      if (chance.withProbability(0.5)) {
        preferences.add(new SpreadPreference("node.labels.rack"));
      }
    }
    placement.preferences(preferences);
    placement.maxReplicasPerNode(chance.withProbability(0.2) ? 1 + chance.nextInt(3) : 0);
    EndpointSpec endpoint =
        chance.withProbability(0.2)
            ? EndpointSpec.publish(PortSpec.host(8080 + chance.nextInt(2), 80))
            : EndpointSpec.NONE;
    return ServiceSpec.builder()
        .name(name)
        .task(
            TaskSpec.of("app")
                .withResources(new ResourceRequirements(null, reserved, 0))
                .withPlacement(placement.build()))
        .endpoint(endpoint)
        .build();
  }

  Task task(Service service, int slot, NodeId node, TaskState state, TaskState desired) {
    return new Task(
        ids.task(),
        Meta.NEW,
        service.id(),
        service.specVersion(),
        new SlotKey.Numbered(slot),
        node,
        desired,
        TaskStatus.of(state, NOW, ""),
        List.of(),
        List.of(),
        0,
        1);
  }

  List<Task> pending(Service service, int count) {
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(task(service, 1000 + i, null, TaskState.PENDING, TaskState.RUNNING));
    }
    return tasks;
  }

  private NodeId anyNode() {
    return any(nodes).id();
  }

  <T> T any(List<T> list) {
    return list.get(chance.nextInt(list.size()));
  }
}
