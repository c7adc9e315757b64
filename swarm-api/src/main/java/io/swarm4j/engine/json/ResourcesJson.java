package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import java.util.ArrayList;
import java.util.List;

/** Resources of tasks and nodes in the Engine API. */
final class ResourcesJson {
  private ResourcesJson() {}

  static ResourceRequirements read(Fields fields) {
    long[] pids = {0};
    Resources limits =
        fields.object(
            "Limits",
            limit -> {
              pids[0] = limit.number("Pids");
              return resources(limit, List.of());
            });
    Resources reservations =
        fields.object(
            "Reservations",
            reserved ->
                resources(reserved, reserved.objects("GenericResources", ResourcesJson::generic)));
    return new ResourceRequirements(noneAsNull(limits), noneAsNull(reservations), pids[0]);
  }

  private static Resources resources(Fields fields, List<GenericResource> generic) {
    return new Resources(fields.number("NanoCPUs"), fields.number("MemoryBytes"), generic);
  }

  private static @org.jspecify.annotations.Nullable Resources noneAsNull(
      @org.jspecify.annotations.Nullable Resources resources) {
    return resources == null || resources.isNone() ? null : resources;
  }

  private static GenericResource generic(Fields fields) {
    List<GenericResource> found = new ArrayList<>();
    fields.object(
        "NamedResourceSpec",
        named ->
            found.add(new GenericResource.Named(named.text("Kind", ""), named.text("Value", ""))));
    fields.object(
        "DiscreteResourceSpec",
        discrete ->
            found.add(
                new GenericResource.Discrete(discrete.text("Kind", ""), discrete.number("Value"))));
    if (found.size() != 1) {
      throw Json.refuse(
          "GenericResources", found.toString(), "a NamedResourceSpec or a DiscreteResourceSpec");
    }
    return found.get(0);
  }

  static ObjectNode write(ResourceRequirements requirements) {
    ObjectNode node = Json.object();
    ObjectNode limits = node.putObject("Limits");
    if (requirements.limits() != null) {
      put(limits, requirements.limits());
    }
    Json.putNumber(limits, "Pids", requirements.pidsLimit());
    put(node.putObject("Reservations"), requirements.reserved());
    return node;
  }

  static void put(ObjectNode target, Resources resources) {
    Json.putNumber(target, "NanoCPUs", resources.nanoCpus());
    Json.putNumber(target, "MemoryBytes", resources.memoryBytes());
    if (!resources.generic().isEmpty()) {
      target.set("GenericResources", generic(resources.generic()));
    }
  }

  static ArrayNode generic(List<GenericResource> resources) {
    return Json.list(
        resources,
        resource -> {
          ObjectNode node = Json.object();
          if (resource instanceof GenericResource.Named named) {
            node.putObject("NamedResourceSpec")
                .put("Kind", named.kind())
                .put("Value", named.value());
          } else if (resource instanceof GenericResource.Discrete discrete) {
            node.putObject("DiscreteResourceSpec")
                .put("Kind", discrete.kind())
                .put("Value", discrete.count());
          }
          return node;
        });
  }
}
