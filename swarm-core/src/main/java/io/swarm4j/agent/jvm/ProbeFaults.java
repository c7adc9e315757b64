package io.swarm4j.agent.jvm;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.HealthCheck.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds the probes that an image has no command or check for. */
final class ProbeFaults {
  private final String image;
  private final JvmImages.Entry entry;
  private final Set<String> callbacks;
  private final List<Fault> faults = new ArrayList<>();

  /**
   * Of one image.
   *
   * @param callbacks checks that tasks of every image can name
   */
  ProbeFaults(String image, JvmImages.Entry entry, Set<String> callbacks) {
    this.image = image;
    this.entry = entry;
    this.callbacks = callbacks;
  }

  List<Fault> of(ContainerSpec spec) {
    spec.probesByPath().forEach(this::check);
    return faults;
  }

  private void check(String path, Probe probe) {
    Set<String> commands = entry.commands().keySet();
    if (probe instanceof Probe.Exec exec) {
      command(path, JvmShell.firstUnknown(exec.command(), commands));
    } else if (probe instanceof Probe.Shell shell) {
      command(path, JvmShell.firstUnknown(shell.line(), commands));
    } else if (probe instanceof Probe.Callback callback) {
      callback(path, callback.name());
    }
  }

  private void command(String path, Optional<String> unknown) {
    unknown.ifPresent(
        name ->
            faults.add(
                new Fault(
                    Fault.Code.UNKNOWN_REFERENCE,
                    path + ".command",
                    name,
                    "a command of image "
                        + image
                        + " (it has "
                        + entry.commands().keySet()
                        + ")")));
  }

  private void callback(String path, String name) {
    Set<String> known = new TreeSet<>(entry.callbacks().keySet());
    known.addAll(entry.ownChecks());
    known.addAll(callbacks);
    known.add(JvmTask.SELF);
    if (!known.contains(name)) {
      faults.add(
          new Fault(
              Fault.Code.UNKNOWN_REFERENCE,
              path + ".name",
              name,
              "a check that image " + image + " registers or declares (it has " + known + ")"));
    }
  }
}
