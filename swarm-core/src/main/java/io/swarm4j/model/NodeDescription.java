package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.Placement.Platform;
import java.util.List;
import java.util.Map;

/**
 * What a node says of itself.
 *
 * @param hostname its host name
 * @param platform operating system and architecture
 * @param resources what it has in all
 * @param engineVersion version of its runtime
 * @param engineLabels labels of its runtime, {@code engine.labels.*}
 * @param plugins plug-ins by type; empty if it did not say
 */
@RecordBuilder
public record NodeDescription(
    String hostname,
    Platform platform,
    Resources resources,
    String engineVersion,
    Map<String, String> engineLabels,
    List<Plugin> plugins)
    implements NodeDescriptionBuilder.With {

  /** Of a node that has not spoken yet. */
  public static final NodeDescription UNKNOWN =
      new NodeDescription("", new Platform("", ""), Resources.NONE, "", Map.of(), List.of());

  public NodeDescription {
    hostname = Copies.or(hostname, "");
    platform = Copies.or(platform, new Platform("", ""));
    resources = Copies.or(resources, Resources.NONE);
    engineVersion = Copies.or(engineVersion, "");
    engineLabels = Copies.map(engineLabels);
    plugins = Copies.list(plugins);
  }

  /** A plug-in, such as type {@code Volume}, name {@code local}. */
  public record Plugin(String type, String name) {}
}
