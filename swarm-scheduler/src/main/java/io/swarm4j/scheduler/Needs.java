package io.swarm4j.scheduler;

import io.swarm4j.model.Constraint;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Mount.MountType;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeDescription.Plugin;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.store.State;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What tasks need a node to be, whatever runs on it; services with equal needs share one look at
 * the nodes.
 *
 * @param constraints all must hold
 * @param platforms one must fit; empty for any
 * @param networkDrivers drivers of the networks
 * @param volumeDrivers drivers of the volumes
 * @param logDriver driver of the log, empty if any will do
 * @param owner tells services apart whose users' filters may look at anything in the spec; null
 *     without such filters
 */
record Needs(
    List<Constraint> constraints,
    List<Platform> platforms,
    List<String> networkDrivers,
    List<String> volumeDrivers,
    String logDriver,
    @Nullable Object owner) {

  private static final String NETWORK = "Network";
  private static final String VOLUME = "Volume";
  private static final String LOG = "Log";
  private static final String LATEST = ":latest";

  static Needs of(TaskSpec spec, State state, @Nullable Object owner) {
    TreeSet<String> networks = new TreeSet<>();
    for (NetworkAttachmentSpec attachment : spec.networks()) {
      Network network = find(state, attachment.network());
      if (network != null) {
        networks.add(network.spec().driver());
      }
    }
    TreeSet<String> volumes = new TreeSet<>();
    ContainerSpec container = spec.container();
    for (Mount mount : container.mounts()) {
      String driver = mount.driver();
      if (mount.type() == MountType.VOLUME && driver != null && !driver.isEmpty()) {
        volumes.add(driver);
      }
    }
    volumes.remove("local");
    String log = spec.logDriver() == null ? "" : spec.logDriver().name();
    return new Needs(
        spec.placement().constraints(),
        spec.placement().platforms().stream().map(Needs::normal).toList(),
        List.copyOf(networks),
        List.copyOf(volumes),
        log.equals("none") ? "" : log,
        owner);
  }

  private static @Nullable Network find(State state, String idOrName) {
    Network named = state.networkNamed(idOrName);
    if (named != null || !idOrName.matches("[0-9a-z]{25}")) {
      return named;
    }
    return state.network(NetworkId.parse(idOrName));
  }

  boolean constraintsHold(Node node) {
    for (Constraint constraint : constraints) {
      if (!constraint.matches(node)) {
        return false;
      }
    }
    return true;
  }

  boolean platformFits(Node node) {
    Platform actual = normal(node.description().platform());
    for (Platform wanted : platforms) {
      if ((wanted.os().isEmpty() || wanted.os().equals(actual.os()))
          && (wanted.architecture().isEmpty()
              || wanted.architecture().equals(actual.architecture()))) {
        return true;
      }
    }
    return platforms.isEmpty();
  }

  /** A node that did not say which plug-ins it has is taken to have all. */
  boolean pluginsPresent(Node node) {
    List<Plugin> plugins = node.description().plugins();
    if (plugins.isEmpty()) {
      return true;
    }
    for (String driver : networkDrivers) {
      if (!has(plugins, NETWORK, driver)) {
        return false;
      }
    }
    for (String driver : volumeDrivers) {
      if (!has(plugins, VOLUME, driver)) {
        return false;
      }
    }
    return logDriver.isEmpty()
        || plugins.stream().noneMatch(plugin -> plugin.type().equals(LOG))
        || has(plugins, LOG, logDriver);
  }

  private static boolean has(List<Plugin> plugins, String type, String name) {
    for (Plugin plugin : plugins) {
      if (plugin.type().equals(type)
          && (plugin.name().equals(name) || plugin.name().equals(name + LATEST))) {
        return true;
      }
    }
    return false;
  }

  private static Platform normal(Platform platform) {
    String architecture = platform.architecture().toLowerCase(Locale.ROOT);
    return new Platform(
        platform.os().toLowerCase(Locale.ROOT),
        switch (architecture) {
          case "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          default -> architecture;
        });
  }
}
