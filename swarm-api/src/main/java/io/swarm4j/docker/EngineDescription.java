package io.swarm4j.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.model.Info;
import io.swarm4j.agent.HostFacts;
import io.swarm4j.model.GenericResource;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.NodeDescription.Plugin;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an engine says of its machine; asked for when it comes into reach. Thread-safe. */
final class EngineDescription {
  private final EngineConnection engine;
  private volatile NodeDescription latest;

  EngineDescription(EngineConnection engine) {
    this.engine = engine;
    this.latest = ask();
  }

  NodeDescription latest() {
    return latest;
  }

  /** Asks anew. Blocks. */
  void refresh() {
    latest = ask();
  }

  private NodeDescription ask() {
    Info info = engine.calls().infoCmd().exec();
    return new NodeDescription(
        Objects.requireNonNullElse(info.getName(), ""),
        new Platform(
            Objects.requireNonNullElse(info.getOsType(), "linux"),
            HostFacts.architecture(Objects.requireNonNullElse(info.getArchitecture(), ""))),
        resources(info),
        Objects.requireNonNullElse(info.getServerVersion(), ""),
        labels(info.getLabels()),
        plugins(info.getPlugins()));
  }

  private Resources resources(Info info) {
    Resources plain =
        Resources.of(
            Objects.requireNonNullElse(info.getNCPU(), 0),
            Objects.requireNonNullElse(info.getMemTotal(), 0L));
    List<GenericResource> generic = new ArrayList<>();
    for (JsonNode each : engine.get("/info", Map.of()).json().path("GenericResources")) {
      JsonNode named = each.path("NamedResourceSpec");
      JsonNode discrete = each.path("DiscreteResourceSpec");
      if (named.isObject()) {
        String value = named.path("Value").asText();
        generic.add(new GenericResource.Named(named.path("Kind").asText(), value));
      } else if (discrete.isObject()) {
        long count = discrete.path("Value").asLong();
        generic.add(new GenericResource.Discrete(discrete.path("Kind").asText(), count));
      }
    }
    return new Resources(plain.nanoCpus(), plain.memoryBytes(), generic);
  }

  private static Map<String, String> labels(String @Nullable [] lines) {
    Map<String, String> labels = new TreeMap<>();
    if (lines != null) {
      for (String line : lines) {
        int equals = line.indexOf('=');
        labels.put(
            equals < 0 ? line : line.substring(0, equals),
            equals < 0 ? "" : line.substring(equals + 1));
      }
    }
    return labels;
  }

  private static List<Plugin> plugins(@Nullable Map<String, List<String>> byType) {
    List<Plugin> plugins = new ArrayList<>();
    new TreeMap<>(byType == null ? Map.of() : byType)
        .forEach(
            (type, names) -> {
              if (names != null) {
                names.forEach(name -> plugins.add(new Plugin(type, name)));
              }
            });
    return plugins;
  }
}
