package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dataplane.kernel.KernelConfig.LocalTask;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.Links.Link;
import java.util.ArrayList;
import java.util.List;

/**
 * The host's end of a task's interface that is not on the bridge of its overlay: it loses its place
 * there when somebody deletes the bridge, and does not get it back with a new one.
 */
record Stray(String task, Link interfaceOfHost, Overlay overlay) {

  /**
   * Those of one task.
   *
   * @param own the task's own interfaces, whose addresses tell on which overlays they are
   */
  static List<Stray> find(Links host, Links own, LocalTask task, KernelConfig config) {
    List<Stray> found = new ArrayList<>();
    for (Link link : own.all()) {
      Link end = host.otherEnd(link);
      if (end != null) {
        config.overlays().stream()
            .filter(overlay -> link.hasAddressOf(overlay.subnet()))
            .filter(overlay -> !end.master().equals(overlay.bridge()))
            .forEach(overlay -> found.add(new Stray(task.id(), end, overlay)));
      }
    }
    return found;
  }

  Difference difference() {
    return new Difference(
        "bridge of " + interfaceOfHost.name() + ", an interface of task " + task,
        overlay.bridge(),
        interfaceOfHost.master());
  }

  /** The {@code ip} command that puts it where it belongs. */
  String cure() {
    return "link set " + interfaceOfHost.name() + " master " + overlay.bridge() + " up";
  }
}
