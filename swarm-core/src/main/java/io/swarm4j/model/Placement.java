package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/**
 * Which nodes a task may run on.
 *
 * @param constraints all must hold
 * @param preferences attributes over whose values tasks are spread, in decreasing precedence
 * @param maxReplicasPerNode most tasks of the service on one node, 0 for no limit
 * @param platforms platforms the image runs on; empty for any
 */
@RecordBuilder
public record Placement(
    List<Constraint> constraints,
    List<SpreadPreference> preferences,
    int maxReplicasPerNode,
    List<Platform> platforms)
    implements PlacementBuilder.With {

  /** Any node. */
  public static final Placement ANYWHERE = new Placement(List.of(), List.of(), 0, List.of());

  public Placement {
    constraints = Copies.list(constraints);
    preferences = Copies.list(preferences);
    platforms = Copies.list(platforms);
    Check.of("Placement")
        .that(
            maxReplicasPerNode >= 0,
            "maxReplicasPerNode",
            maxReplicasPerNode,
            "0 (no limit) or more")
        .orThrow();
  }

  /**
   * Only nodes that satisfy all of {@code constraints}, each such as {@code node.role==manager}.
   */
  public static Placement constrained(String... constraints) {
    return new Placement(
        List.of(constraints).stream().map(Constraint::parse).toList(), List.of(), 0, List.of());
  }

  /** Whether a node satisfies all constraints. */
  public boolean allows(Node node) {
    for (Constraint constraint : constraints) {
      if (!constraint.matches(node)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Spread over the values of a node attribute.
   *
   * @param descriptor {@code node.labels.<key>} or {@code engine.labels.<key>}
   */
  public record SpreadPreference(String descriptor) {
    public SpreadPreference {
      Check.of("SpreadPreference")
          .that(
              descriptor.toLowerCase(java.util.Locale.ROOT).matches("(node|engine)\\.labels\\..+"),
              "spread",
              descriptor,
              "node.labels.<key> or engine.labels.<key>")
          .orThrow();
    }
  }

  /**
   * Operating system and processor architecture; an empty component stands for any.
   *
   * @param os such as {@code linux}
   * @param architecture such as {@code amd64}; {@code x86_64} and {@code aarch64} are synonyms of
   *     amd64 and arm64
   */
  public record Platform(String os, String architecture) {}
}
