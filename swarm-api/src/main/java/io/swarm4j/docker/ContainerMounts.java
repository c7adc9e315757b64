package io.swarm4j.docker;

import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;
import com.github.dockerjava.api.model.Driver;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.TmpfsOptions;
import com.github.dockerjava.api.model.VolumeOptions;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Mounts in the engine's terms. A missing source of a bind is the engine's to refuse. */
final class ContainerMounts {
  private ContainerMounts() {}

  /** The spec's mounts, then the files. */
  static List<com.github.dockerjava.api.model.Mount> of(
      List<Mount> mounts, Map<String, Path> files) {
    List<com.github.dockerjava.api.model.Mount> all = new ArrayList<>();
    mounts.forEach(mount -> all.add(mount(mount)));
    files.forEach(
        (target, source) ->
            all.add(
                new com.github.dockerjava.api.model.Mount()
                    .withType(MountType.BIND)
                    .withSource(source.toString())
                    .withTarget(target)
                    .withReadOnly(true)));
    return all;
  }

  private static com.github.dockerjava.api.model.Mount mount(Mount mount) {
    var result =
        new com.github.dockerjava.api.model.Mount()
            .withTarget(mount.target())
            .withReadOnly(mount.readOnly());
    return switch (mount.type()) {
      case BIND -> bind(mount, result);
      case VOLUME -> volume(mount, result);
      case TMPFS ->
          result
              .withType(MountType.TMPFS)
              .withTmpfsOptions(
                  new TmpfsOptions()
                      .withSizeBytes(mount.tmpfsBytes() == 0 ? null : mount.tmpfsBytes())
                      .withMode(mount.tmpfsMode() == 0 ? null : mount.tmpfsMode()));
      case NPIPE, CLUSTER ->
          throw failed(
              "mount " + mount.target() + ": the engine has no " + mount.type() + " mounts");
    };
  }

  private static com.github.dockerjava.api.model.Mount bind(
      Mount mount, com.github.dockerjava.api.model.Mount result) {
    result.withType(MountType.BIND).withSource(mount.source());
    return mount.propagation() == null
        ? result
        : result.withBindOptions(
            new BindOptions().withPropagation(propagation(mount.propagation())));
  }

  private static BindPropagation propagation(String name) {
    return Arrays.stream(BindPropagation.values())
        .filter(each -> each.name().replace("_", "").equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                failed(
                    "propagation "
                        + name
                        + " is unknown; one of "
                        + Arrays.toString(BindPropagation.values())));
  }

  private static com.github.dockerjava.api.model.Mount volume(
      Mount mount, com.github.dockerjava.api.model.Mount result) {
    VolumeOptions options =
        new VolumeOptions().withNoCopy(mount.noCopy()).withLabels(mount.labels());
    if (mount.driver() != null || !mount.driverOptions().isEmpty()) {
      options.withDriverConfig(
          new Driver()
              .withName(mount.driver() == null ? "local" : mount.driver())
              .withOptions(mount.driverOptions()));
    }
    return result
        .withType(MountType.VOLUME)
        .withSource(mount.source() == null ? "" : mount.source())
        .withVolumeOptions(options);
  }

  private static TaskFailure failed(String text) {
    return new TaskFailure(new Reason.StartFailed(text), text);
  }
}
