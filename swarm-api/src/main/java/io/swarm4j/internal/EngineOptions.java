package io.swarm4j.internal;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.ImageResolver;
import io.swarm4j.NodeOptions;
import io.swarm4j.RuntimeFactory;
import io.swarm4j.agent.jvm.JvmImages;
import io.swarm4j.event.AuditTrail;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Subnet;
import io.swarm4j.scheduler.PlacementOptions;
import io.swarm4j.stream.AccessPolicy;
import io.swarm4j.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the builder of a swarm was told. */
@RecordBuilder
public record EngineOptions(
    String name,
    List<NodeOptions> nodes,
    JvmImages images,
    @Nullable RuntimeFactory runtime,
    Map<String, RuntimeFactory> runtimeOf,
    Time time,
    ClusterSpec cluster,
    PlacementOptions placement,
    @Nullable Path dataDirectory,
    boolean network,
    boolean localhost,
    @Nullable Subnet block,
    Duration startTimeout,
    AccessPolicy access,
    AuditTrail audit,
    ImageResolver registry) {

  public EngineOptions {
    nodes = List.copyOf(nodes);
    runtimeOf = Map.copyOf(runtimeOf);
  }

  /** Begins with the usual: no nodes, no network, nothing kept. */
  public static EngineOptionsBuilder named(String name, Time time) {
    return EngineOptionsBuilder.builder()
        .name(name)
        .nodes(List.of())
        .images(JvmImages.NONE)
        .runtimeOf(Map.of())
        .time(time)
        .cluster(ClusterSpec.DEFAULT)
        .placement(PlacementOptions.DEFAULT)
        .startTimeout(Duration.ofSeconds(30))
        .access(AccessPolicy.OPEN)
        .audit(new AuditTrail(time.now()))
        .registry(ImageResolver.NONE);
  }
}
