package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.TaskSpecBuilder;
import io.swarm4j.network.Networks;
import io.swarm4j.store.State;
import org.jspecify.annotations.Nullable;

/** {@code TaskSpec} of the Engine API, {@code TaskTemplate} within services. */
public final class TaskSpecJson {
  private TaskSpecJson() {}

  @SuppressWarnings("NullAway") // builders of other modules do not show what may be null
  static TaskSpec read(Fields fields, @Nullable TaskSpec present, References references) {
    TaskSpecBuilder spec =
        present == null ? TaskSpecBuilder.builder() : TaskSpecBuilder.builder(present);
    spec.container(
        fields.object(
            "ContainerSpec",
            container ->
                ContainerSpecJson.read(
                    container, present == null ? null : present.container(), references)));
    spec.resources(fields.object("Resources", ResourcesJson::read));
    spec.restart(
        fields.object(
            "RestartPolicy",
            restart -> PolicyJson.restart(restart, present == null ? null : present.restart())));
    spec.placement(fields.object("Placement", PlacementJson::read));
    spec.networks(references.networks(fields, "Networks"));
    spec.logDriver(
        fields.object(
            "LogDriver",
            driver -> new TaskSpec.LogDriver(driver.text("Name", ""), driver.map("Options"))));
    spec.forceUpdate(fields.number("ForceUpdate"));
    fields.only("Runtime", "container");
    return spec.build();
  }

  /** Writes a spec; see {@link ServiceSpecJson#write}. */
  public static ObjectNode write(TaskSpec spec, boolean defaults, State state) {
    ObjectNode node = Json.object();
    node.set("ContainerSpec", ContainerSpecJson.write(spec.container(), defaults, state));
    node.set("Resources", ResourcesJson.write(spec.resources()));
    if (spec.restart() != null || defaults) {
      node.set("RestartPolicy", PolicyJson.restart(spec.effectiveRestart()));
    }
    node.set("Placement", PlacementJson.write(spec.placement()));
    if (!spec.networks().isEmpty()) {
      ArrayNode networks = node.putArray("Networks");
      for (NetworkAttachmentSpec wish : spec.networks()) {
        var network = Networks.find(state, wish.network());
        ObjectNode each =
            networks
                .addObject()
                .put("Target", network == null ? wish.network() : network.id().toString());
        Json.putTexts(each, "Aliases", wish.aliases());
      }
    }
    TaskSpec.LogDriver driver = spec.logDriver();
    if (driver != null) {
      ObjectNode log = node.putObject("LogDriver").put("Name", driver.name());
      Json.putMap(log, "Options", driver.options());
    }
    return node.put("ForceUpdate", spec.forceUpdate());
  }
}
