package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.Placement.Platform;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself.
 *
 * @param hostname its host name
 * @param platform operating system and architecture
 * @param resources what it has in all
 * @param engineVersion version of its runtime
 * @param engineLabels labels of its runtime, {@code engine.labels.*}
 * @param plugins plug-ins by type; empty if it did not say
 * @param trust whose word it trusts, and who vouches for it; null in a swarm without certificates
 * @param stuckRemovals what it should have removed and could not yet
 * @param trouble what else its runtime waits for in vain, such as an engine that takes no signals;
 *     empty if all is well
 */
@RecordBuilder
public record NodeDescription(
    String hostname,
    Platform platform,
    Resources resources,
    String engineVersion,
    Map<String, String> engineLabels,
    List<Plugin> plugins,
    @Nullable Trust trust,
    List<StuckRemoval> stuckRemovals,
    String trouble)
    implements NodeDescriptionBuilder.With {

  /** Of a node that has not spoken yet. */
  public static final NodeDescription UNKNOWN =
      new NodeDescription("", new Platform("", ""), Resources.NONE, "", Map.of(), List.of());

  /** Of a node without certificates that is well. */
  public NodeDescription(
      String hostname,
      Platform platform,
      Resources resources,
      String engineVersion,
      Map<String, String> engineLabels,
      List<Plugin> plugins) {
    this(hostname, platform, resources, engineVersion, engineLabels, plugins, null, List.of(), "");
  }

  public NodeDescription {
    hostname = Copies.or(hostname, "");
    platform = Copies.or(platform, new Platform("", ""));
    resources = Copies.or(resources, Resources.NONE);
    engineVersion = Copies.or(engineVersion, "");
    engineLabels = Copies.map(engineLabels);
    plugins = Copies.list(plugins);
    stuckRemovals = Copies.list(stuckRemovals);
    trouble = Copies.or(trouble, "");
  }

  /** A plug-in, such as type {@code Volume}, name {@code local}. */
  public record Plugin(String type, String name) {}

  /**
   * How a node is known to others.
   *
   * @param root fingerprint of the root certificate that it trusts
   * @param issuer fingerprint of the key that signed its certificate
   * @param expires when its certificate ends
   */
  public record Trust(String root, String issuer, Instant expires) {}
}
