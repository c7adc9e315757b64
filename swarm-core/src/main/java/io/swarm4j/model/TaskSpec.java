package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one task runs, and under which conditions.
 *
 * @param container the program and its surroundings
 * @param resources what it may use and what is set aside for it
 * @param restart what follows when it ends; null stands for {@link RestartPolicy#DEFAULT}
 * @param placement which nodes it may run on
 * @param networks networks it is attached to, without duplicates
 * @param dependsOn services that must have reached a state first
 * @param logDriver where its output goes; null stands for the node's default
 * @param forceUpdate a counter whose change replaces all tasks though nothing else changed
 */
@RecordBuilder
public record TaskSpec(
    ContainerSpec container,
    ResourceRequirements resources,
    @Nullable RestartPolicy restart,
    Placement placement,
    List<NetworkAttachmentSpec> networks,
    List<Dependency> dependsOn,
    @Nullable LogDriver logDriver,
    long forceUpdate)
    implements TaskSpecBuilder.With {

  public TaskSpec {
    resources = Copies.or(resources, ResourceRequirements.NONE);
    placement = Copies.or(placement, Placement.ANYWHERE);
    networks = Copies.list(networks);
    dependsOn = Copies.list(dependsOn);
    Check.of("TaskSpec")
        .present(container, "container")
        .unique(networks, NetworkAttachmentSpec::network, "networks")
        .unique(dependsOn, Dependency::service, "dependsOn")
        .that(forceUpdate >= 0, "forceUpdate", forceUpdate, "0 or more")
        .orThrow();
  }

  /** A task that runs {@code image} with defaults everywhere else. */
  public static TaskSpec of(String image) {
    return TaskSpecBuilder.builder().container(ContainerSpec.of(image)).build();
  }

  /** Starts from nothing. */
  public static TaskSpecBuilder builder() {
    return TaskSpecBuilder.builder();
  }

  /** The restart policy in force. */
  public RestartPolicy effectiveRestart() {
    return Copies.or(restart, RestartPolicy.DEFAULT);
  }

  /** A log driver and its options. */
  public record LogDriver(String name, Map<String, String> options) {
    public LogDriver {
      options = Copies.map(options);
    }
  }
}
