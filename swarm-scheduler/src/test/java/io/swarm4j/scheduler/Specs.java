package io.swarm4j.scheduler;

import io.swarm4j.model.Constraint;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Placement.SpreadPreference;
import io.swarm4j.model.PlacementBuilder;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskSpec;
import java.util.Arrays;
import java.util.List;

/** Service specs for tests. */
final class Specs {
  private Specs() {}

  static ServiceSpec plain(String name) {
    return ServiceSpec.of(name, "nginx");
  }

  static ServiceSpec constrained(String name, String... constraints) {
    return placed(
        name,
        PlacementBuilder.builder().constraints(Constraint.parseAll(List.of(constraints))).build());
  }

  static ServiceSpec placed(String name, Placement placement) {
    return ServiceSpec.builder()
        .name(name)
        .task(TaskSpec.of("nginx").withPlacement(placement))
        .build();
  }

  static ServiceSpec spreadOver(String name, String... descriptors) {
    return placed(
        name,
        PlacementBuilder.builder()
            .preferences(Arrays.stream(descriptors).map(SpreadPreference::new).toList())
            .build());
  }

  static ServiceSpec reserving(String name, double cpus, long memory, GenericResource... generic) {
    Resources some = Resources.of(cpus, memory);
    Resources all = new Resources(some.nanoCpus(), some.memoryBytes(), List.of(generic));
    return ServiceSpec.builder()
        .name(name)
        .task(TaskSpec.of("nginx").withResources(new ResourceRequirements(null, all, 0)))
        .build();
  }

  static ServiceSpec hostPort(String name, int port) {
    return plain(name).withEndpoint(EndpointSpec.publish(PortSpec.host(port, 80)));
  }
}
