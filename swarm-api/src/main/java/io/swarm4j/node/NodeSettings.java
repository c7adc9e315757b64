package io.swarm4j.node;

import io.swarm4j.RuntimeFactory;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.scheduler.PlacementOptions;
import io.swarm4j.security.CertificateIssuer;
import io.swarm4j.stream.AccessPolicy;
import io.swarm4j.time.Time;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the builder of a node was told. */
record NodeSettings(
    Path directory,
    String hostname,
    Places places,
    RuntimeFactory runtime,
    Map<String, String> engineLabels,
    ClusterSpec cluster,
    PlacementOptions placement,
    boolean publishOnLocalhost,
    @Nullable CertificateIssuer externalAuthority,
    AccessPolicy access,
    Time time) {

  NodeSettings {
    engineLabels = Map.copyOf(engineLabels);
  }

  HostPort listen() {
    return places.listen();
  }

  @Nullable HostPort advertise() {
    return places.advertise();
  }

  @Nullable String dataAddress() {
    return places.dataAddress();
  }

  /** The same for a node that is elsewhere, or begins a swarm with other settings. */
  NodeSettings with(Places others, ClusterSpec begun) {
    return new NodeSettings(
        directory,
        hostname,
        others,
        runtime,
        engineLabels,
        begun,
        placement,
        publishOnLocalhost,
        externalAuthority,
        access,
        time);
  }
}
