package io.swarm4j.compose;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code deploy.resources} of a service. */
final class ResourceReader {
  static final Vocabulary LIMITS = Vocabulary.of("cpus", "memory", "pids");
  static final Vocabulary RESERVATIONS =
      Vocabulary.of("cpus", "memory", "generic_resources")
          .refuse("devices", "devices are counted by the swarm: use generic_resources");
  static final Vocabulary KEYS =
      Vocabulary.of("limits", "reservations")
          .section("limits", LIMITS)
          .section("reservations", RESERVATIONS);
  static final Vocabulary GENERIC = Vocabulary.of("discrete_resource_spec");
  static final Vocabulary DISCRETE = Vocabulary.of("kind", "value");

  private ResourceReader() {}

  static ResourceRequirements read(Fields deploy) {
    Fields fields = deploy.child("resources", KEYS);
    Fields limits = fields.child("limits", LIMITS);
    Fields reservations = fields.child("reservations", RESERVATIONS);
    Resources most = fields.has("limits") ? amount(limits, List.of()) : null;
    Resources least =
        fields.has("reservations") ? amount(reservations, generic(reservations)) : null;
    long pids =
        Optional.ofNullable(limits.map("pids", value -> value.count(Integer.MAX_VALUE))).orElse(0);
    Origins origins =
        Origins.at(fields.section())
            .put("limits.nanoCpus", limits.at("cpus"))
            .put("limits.memoryBytes", limits.at("memory"))
            .put("reservations.nanoCpus", reservations.at("cpus"))
            .put("reservations.memoryBytes", reservations.at("memory"));
    ResourceRequirements requirements =
        fields
            .section()
            .reading()
            .build(origins, () -> new ResourceRequirements(most, least, pids));
    return requirements == null ? ResourceRequirements.NONE : requirements;
  }

  private static Resources amount(Fields fields, List<GenericResource> generic) {
    long cpus =
        Optional.ofNullable(fields.map("cpus", value -> value.parse(Quantities::nanoCpus)))
            .orElse(0L);
    long memory =
        Optional.ofNullable(fields.map("memory", value -> value.parse(Quantities::bytes)))
            .orElse(0L);
    return new Resources(cpus, memory, generic);
  }

  private static List<GenericResource> generic(Fields reservations) {
    List<GenericResource> resources = new ArrayList<>();
    for (Value item : reservations.list("generic_resources")) {
      Fields wrapper = Fields.of(item, GENERIC);
      if (!wrapper.has("discrete_resource_spec")) {
        wrapper.required("discrete_resource_spec", "write {kind: gpu, value: 2} under it");
        continue;
      }
      Fields discrete = wrapper.child("discrete_resource_spec", DISCRETE);
      String kind = discrete.required("kind", "write a name such as gpu");
      discrete.required("value", "write how many are set aside");
      Long value = discrete.map("value", Value::integer);
      GenericResource resource = kind == null || value == null ? null : one(item, kind, value);
      if (resource != null) {
        resources.add(resource);
      }
    }
    return resources;
  }

  private static @Nullable GenericResource one(Value item, String kind, long value) {
    return item.reading().build(Origins.at(item), () -> new GenericResource.Discrete(kind, value));
  }
}
