package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.ServiceSpecBuilder;
import io.swarm4j.store.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code ServiceSpec} of the Engine API. */
public final class ServiceSpecJson {
  private ServiceSpecJson() {}

  /**
   * Reads a spec.
   *
   * @param present the spec that it replaces, from which it takes what the Engine API can not say;
   *     null for a new service
   * @param state tells what names and ids mean
   * @throws io.swarm4j.model.InvalidSpecException with what is wrong in any part of it
   */
  public static ServiceSpec read(Fields fields, @Nullable ServiceSpec present, State state) {
    return fields.whole(all -> parts(all, present, state));
  }

  @SuppressWarnings("NullAway") // builders of other modules do not show what may be null
  private static ServiceSpec parts(Fields fields, @Nullable ServiceSpec present, State state) {
    ServiceSpecBuilder spec =
        present == null ? ServiceSpecBuilder.builder() : ServiceSpecBuilder.builder(present);
    String name = fields.text("Name", "");
    spec.name(name).labels(fields.map("Labels"));
    References references = new References(state, present);
    spec.task(
        fields.object(
            "TaskTemplate",
            task -> TaskSpecJson.read(task, present == null ? null : present.task(), references)));
    spec.mode(fields.object("Mode", ServiceSpecJson::mode, ServiceSpec.DEFAULT_MODE));
    spec.update(
        fields.object(
            "UpdateConfig",
            update -> PolicyJson.update(update, present == null ? null : present.update())));
    spec.rollback(
        fields.object(
            "RollbackConfig",
            rollback -> PolicyJson.update(rollback, present == null ? null : present.rollback())));
    spec.endpoint(
        fields.object(
            "EndpointSpec",
            endpoint -> EndpointJson.read(endpoint, present == null ? null : present.endpoint())));
    if (fields.says("Networks")) {
      // Before version 1.25 networks stood here.
      List<NetworkAttachmentSpec> networks = references.networks(fields, "Networks");
      spec.task(spec.task() == null ? null : spec.task().withNetworks(networks));
    }
    return spec.build();
  }

  private static ServiceMode mode(Fields fields) {
    fields.only("Mode", "REPLICATED", "GLOBAL"); // docker-java names the mode a second time
    ServiceMode replicated =
        fields.object(
            "Replicated",
            mode -> {
              Long replicas = mode.maybeNumber("Replicas");
              return new ServiceMode.Replicated(replicas == null ? 1 : count(replicas, "Replicas"));
            });
    ServiceMode global = fields.object("Global", mode -> new ServiceMode.Global());
    ServiceMode job =
        fields.object(
            "ReplicatedJob",
            mode -> {
              Long concurrent = mode.maybeNumber("MaxConcurrent");
              Long total = mode.maybeNumber("TotalCompletions");
              int most = concurrent == null ? 1 : count(concurrent, "MaxConcurrent");
              return new ServiceMode.ReplicatedJob(
                  most, total == null ? most : count(total, "TotalCompletions"));
            });
    ServiceMode globalJob = fields.object("GlobalJob", mode -> new ServiceMode.GlobalJob());
    ServiceMode chosen = null;
    for (ServiceMode mode : new ServiceMode[] {replicated, global, job, globalJob}) {
      if (mode != null && chosen != null) {
        throw Json.refuse("Mode", chosen + " and " + mode, "one mode only");
      }
      chosen = mode == null ? chosen : mode;
    }
    return chosen == null ? ServiceSpec.DEFAULT_MODE : chosen;
  }

  private static int count(long value, String name) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw Json.refuse("Mode." + name, Long.toString(value), "0 to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  /**
   * Writes a spec.
   *
   * @param defaults whether to write defaults where the spec says nothing
   * @param state tells the ids of what the spec names
   */
  public static ObjectNode write(ServiceSpec spec, boolean defaults, State state) {
    ObjectNode node = Json.object().put("Name", spec.name());
    node.set("Labels", Json.map(spec.labels()));
    node.set("TaskTemplate", TaskSpecJson.write(spec.task(), defaults, state));
    ((ObjectNode) node.get("TaskTemplate")).put("Runtime", "container");
    node.set("Mode", mode(spec.mode()));
    if (!spec.mode().isJob()) {
      if (spec.update() != null || defaults) {
        node.set("UpdateConfig", PolicyJson.update(spec.effectiveUpdate()));
      }
      if (spec.rollback() != null || defaults) {
        node.set("RollbackConfig", PolicyJson.update(spec.effectiveRollback()));
      }
    }
    node.set("EndpointSpec", EndpointJson.spec(spec.endpoint()));
    return node;
  }

  private static ObjectNode mode(ServiceMode mode) {
    ObjectNode node = Json.object();
    if (mode instanceof ServiceMode.Replicated replicated) {
      node.putObject("Replicated").put("Replicas", replicated.replicas());
    } else if (mode instanceof ServiceMode.ReplicatedJob job) {
      node.putObject("ReplicatedJob")
          .put("MaxConcurrent", job.maxConcurrent())
          .put("TotalCompletions", job.totalCompletions());
    } else {
      node.putObject(mode.isJob() ? "GlobalJob" : "Global");
    }
    return node;
  }
}
