package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something mounted into a task.
 *
 * @param type what it is
 * @param source host path of a bind, name of a volume; null for tmpfs and anonymous volumes
 * @param target absolute path inside the task
 * @param readOnly whether the task may not write to it
 * @param propagation bind propagation such as {@code rprivate}; null for the default
 * @param driver volume driver; null stands for {@code local}
 * @param driverOptions options of the volume driver
 * @param labels labels of a volume that is made for it
 * @param noCopy whether a new volume stays empty instead of being filled from the image
 * @param tmpfsBytes size of a tmpfs, 0 for no limit
 * @param tmpfsMode mode bits of a tmpfs, 0 for the default
 */
@RecordBuilder
public record Mount(
    MountType type,
    @Nullable String source,
    String target,
    boolean readOnly,
    @Nullable String propagation,
    @Nullable String driver,
    Map<String, String> driverOptions,
    Map<String, String> labels,
    boolean noCopy,
    long tmpfsBytes,
    int tmpfsMode)
    implements MountBuilder.With {

  /** Kinds of mounts. */
  public enum MountType {
    BIND,
    VOLUME,
    TMPFS,
    NPIPE,
    CLUSTER
  }

  public Mount {
    type = Copies.or(type, MountType.VOLUME);
    driverOptions = Copies.map(driverOptions);
    labels = Copies.map(labels);
    Check.of("Mount")
        .that(
            target != null && !target.isBlank(),
            Fault.Code.MISSING,
            "target",
            target,
            "an absolute path inside the task")
        .that(
            type != MountType.BIND || (source != null && !source.isBlank()),
            Fault.Code.MISSING,
            "source",
            source,
            "the host path of the bind mount")
        .that(
            type != MountType.TMPFS || source == null,
            Fault.Code.CONTRADICTION,
            "source",
            source,
            "no source on a tmpfs mount")
        .that(tmpfsBytes >= 0, "tmpfsBytes", tmpfsBytes, "0 (no limit) or more")
        .orThrow();
  }

  /** A host path. */
  public static Mount bind(String source, String target) {
    return MountBuilder.builder().type(MountType.BIND).source(source).target(target).build();
  }

  /** A named volume. */
  public static Mount volume(String name, String target) {
    return MountBuilder.builder().type(MountType.VOLUME).source(name).target(target).build();
  }
}
