package io.swarm4j.process;

import io.swarm4j.agent.TaskContext;
import io.swarm4j.model.Check;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Privileges;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Refuses what a plain process cannot be given, rather than run it without. */
final class Unsupported {
  private Unsupported() {}

  /**
   * Looks at all of a task's wishes.
   *
   * @throws io.swarm4j.model.InvalidSpecException with everything that cannot be had
   */
  static void check(TaskContext task) {
    ContainerSpec spec = task.service().task().container();
    Check check = Check.of("task.container");
    unless(
        check,
        isOwnUser(spec.user()),
        "user",
        spec.user(),
        "none, or the user of this JVM: " + self());
    unless(check, spec.groups().isEmpty(), "groups", spec.groups(), "none");
    unless(check, !spec.tty(), "tty", spec.tty(), "no terminal");
    unless(check, !spec.readOnly(), "readOnly", spec.readOnly(), "a file system that is shared");
    unless(check, spec.sysctls().isEmpty(), "sysctls", spec.sysctls(), "none");
    unless(check, spec.ulimits().isEmpty(), "ulimits", spec.ulimits(), "none");
    unless(
        check,
        spec.privileges().equals(Privileges.NONE),
        "privileges",
        spec.privileges(),
        "those of this JVM");
    for (Mount mount : spec.mounts()) {
      unless(
          check,
          mount.type() == Mount.MountType.BIND && Objects.equals(mount.source(), mount.target()),
          "mounts",
          mount.target(),
          "bind mounts of a path onto itself: a process sees the files of its host");
    }
    check.orThrow();
  }

  /** Whether somebody is asked for whom every process has anyway. */
  static boolean isOwnUser(@Nullable String user) {
    return user == null || user.equals(self());
  }

  private static String self() {
    return System.getProperty("user.name", "");
  }

  private static void unless(
      Check check, boolean ok, String component, @Nullable Object value, String accepted) {
    check.that(ok, Fault.Code.UNSUPPORTED, component, value, "on the process runtime: " + accepted);
  }
}
