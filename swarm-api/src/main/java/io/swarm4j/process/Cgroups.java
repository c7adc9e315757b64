package io.swarm4j.process;

import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control groups of this machine, version 1 or 2, as far as this JVM may make some below its
 * own. Blocks; immutable.
 */
final class Cgroups {
  private static final Logger LOG = LoggerFactory.getLogger(Cgroups.class);
  private static final List<String> CONTROLLERS = List.of("memory", "cpu", "pids");
  private static final long PERIOD_MICROS = 100_000;
  private static final long SHORTEST_QUOTA_MICROS = 1_000;
  private static final double NANOS_PER_CPU = 1e9;

  /** What can be limited. */
  enum Version {
    NONE,
    V1,
    V2
  }

  private final Version version;

  /** The group of this JVM, by controller; one and the same for all of them in version 2. */
  private final Map<String, Path> own;

  private Cgroups(Version version, Map<String, Path> own) {
    this.version = version;
    this.own = own;
  }

  /** Finds out what this machine allows. */
  static Cgroups detect() {
    return detect(Path.of("/sys/fs/cgroup"), Path.of("/proc/self/cgroup"));
  }

  /**
   * Finds out what is allowed.
   *
   * @param root where the file system of the groups stands
   * @param self the file that tells the groups of this process
   */
  static Cgroups detect(Path root, Path self) {
    try {
      List<String> memberships = Files.readAllLines(self);
      if (Files.exists(root.resolve("cgroup.controllers"))) {
        return v2(root, memberships);
      }
      return v1(root, memberships);
    } catch (IOException notLinux) {
      return new Cgroups(Version.NONE, Map.of());
    }
  }

  private static Cgroups v1(Path root, List<String> memberships) {
    Map<String, Path> found = new LinkedHashMap<>();
    for (String membership : memberships) {
      String[] parts = membership.split(":", 3);
      for (String controller : parts[1].split(",")) {
        Path mount = root.resolve(controller);
        Path group = mount.resolve(parts[2].substring(1));
        Path existing = Files.isDirectory(group) ? group : mount; // else seen from a container
        if (CONTROLLERS.contains(controller) && Files.isWritable(existing)) {
          found.put(controller, existing);
        }
      }
    }
    return new Cgroups(found.isEmpty() ? Version.NONE : Version.V1, found);
  }

  private static Cgroups v2(Path root, List<String> memberships) throws IOException {
    Path group = root;
    for (String membership : memberships) {
      if (membership.startsWith("0::/")) {
        Path named = root.resolve(membership.substring("0::/".length()));
        group = Files.isDirectory(named) ? named : root;
      }
    }
    Map<String, Path> found = new LinkedHashMap<>();
    if (Files.isWritable(group)) {
      for (String controller : CONTROLLERS) {
        if (delegate(group, controller)) {
          found.put(controller, group);
        }
      }
    }
    return new Cgroups(found.isEmpty() ? Version.NONE : Version.V2, found);
  }

  /** Whether groups below {@code group} have the controller, which may take switching it on. */
  private static boolean delegate(Path group, String controller) throws IOException {
    Path control = group.resolve("cgroup.subtree_control");
    if (Files.readString(control).contains(controller)) {
      return true;
    }
    try {
      Files.writeString(control, "+" + controller);
      return true;
    } catch (IOException refused) {
      LOG.debug("controller {} is not to be had below {}", controller, group);
      return false;
    }
  }

  Version version() {
    return version;
  }

  /** Whether all that is asked for can be enforced. */
  boolean canEnforce(ResourceRequirements wanted) {
    return needed(wanted).stream().allMatch(own::containsKey);
  }

  private static List<String> needed(ResourceRequirements wanted) {
    List<String> controllers = new ArrayList<>();
    Resources limits = wanted.limits();
    if (limits != null && limits.memoryBytes() > 0) {
      controllers.add("memory");
    }
    if (limits != null && limits.nanoCpus() > 0) {
      controllers.add("cpu");
    }
    if (wanted.pidsLimit() > 0) {
      controllers.add("pids");
    }
    return controllers;
  }

  /**
   * Makes a group with the limits that are asked for, as far as they can be enforced; empty if
   * there is nothing to limit.
   */
  Optional<TaskCgroup> create(String name, ResourceRequirements wanted) throws IOException {
    List<Path> folders = new ArrayList<>();
    for (String controller : needed(wanted)) {
      Path parent = own.get(controller);
      if (parent != null) {
        Path folder = parent.resolve(name);
        Files.createDirectories(folder);
        if (!folders.contains(folder)) {
          folders.add(folder);
        }
        limit(folder, controller, wanted);
      }
    }
    return folders.isEmpty() ? Optional.empty() : Optional.of(new TaskCgroup(folders));
  }

  private void limit(Path folder, String controller, ResourceRequirements wanted)
      throws IOException {
    boolean first = version == Version.V1;
    Resources limits = wanted.limits() == null ? Resources.NONE : wanted.limits();
    switch (controller) {
      case "memory" -> {
        String bytes = Long.toString(limits.memoryBytes());
        Files.writeString(folder.resolve(first ? "memory.limit_in_bytes" : "memory.max"), bytes);
        Path swap = folder.resolve(first ? "memory.memsw.limit_in_bytes" : "memory.swap.max");
        if (Files.exists(swap)) {
          Files.writeString(swap, first ? bytes : "0");
        }
      }
      case "cpu" -> {
        long quota =
            Math.max(
                SHORTEST_QUOTA_MICROS,
                Math.round(limits.nanoCpus() / NANOS_PER_CPU * PERIOD_MICROS));
        if (first) {
          Files.writeString(folder.resolve("cpu.cfs_period_us"), Long.toString(PERIOD_MICROS));
          Files.writeString(folder.resolve("cpu.cfs_quota_us"), Long.toString(quota));
        } else {
          Files.writeString(folder.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
        }
      }
      default -> Files.writeString(folder.resolve("pids.max"), Long.toString(wanted.pidsLimit()));
    }
  }
}
