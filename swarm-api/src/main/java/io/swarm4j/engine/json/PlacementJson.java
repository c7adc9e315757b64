package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.Constraint;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.Placement.SpreadPreference;
import java.util.Objects;

/** {@code Placement} of the Engine API. */
final class PlacementJson {
  private PlacementJson() {}

  static Placement read(Fields fields) {
    return new Placement(
        Constraint.parseAll(fields.texts("Constraints")),
        fields
            .objects(
                "Preferences",
                preference ->
                    preference.object(
                        "Spread",
                        spread -> new SpreadPreference(spread.text("SpreadDescriptor", ""))))
            .stream()
            .filter(Objects::nonNull)
            .toList(),
        fields.integer("MaxReplicas"),
        fields.objects(
            "Platforms",
            platform -> new Platform(platform.text("OS", ""), platform.text("Architecture", ""))));
  }

  static ObjectNode write(Placement placement) {
    ObjectNode node = Json.object();
    Json.putTexts(
        node, "Constraints", placement.constraints().stream().map(Constraint::toString).toList());
    if (!placement.preferences().isEmpty()) {
      node.set(
          "Preferences",
          Json.list(
              placement.preferences(),
              preference -> {
                ObjectNode each = Json.object();
                each.putObject("Spread").put("SpreadDescriptor", preference.descriptor());
                return each;
              }));
    }
    Json.putNumber(node, "MaxReplicas", placement.maxReplicasPerNode());
    if (!placement.platforms().isEmpty()) {
      node.set("Platforms", Json.list(placement.platforms(), PlacementJson::write));
    }
    return node;
  }

  static ObjectNode write(Platform platform) {
    ObjectNode node = Json.object();
    Json.putText(node, "Architecture", platform.architecture());
    Json.putText(node, "OS", platform.os());
    return node;
  }
}
