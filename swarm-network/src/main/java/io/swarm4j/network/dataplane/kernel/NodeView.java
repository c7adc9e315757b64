package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.OverlayKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.network.dataplane.kernel.KernelConfig.LocalTask;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.store.Change;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Works out what one node's kernel shall do, in step with the state of the swarm. Not thread-safe.
 */
final class NodeView {
  private final ServiceShares shares;
  private final Overlays overlays;

  /** Knows of services alone until {@link #reset}. */
  NodeView(NodeId node, State state) {
    this.shares = new ServiceShares(node, state);
    this.overlays = new Overlays(node);
  }

  /** Computes everything anew, as after a restart. */
  void reset(State state) {
    shares.reset(state);
    overlays.reset(state);
  }

  /**
   * Follows the state.
   *
   * @param state after all changes
   * @return whether the node's kernel may have to do anything else than before
   */
  boolean apply(List<Change> changes, State state) {
    return shares.apply(changes, state)
        | overlays.apply(changes, state)
        | changes.stream().anyMatch(NodeView::bringsOtherKeys);
  }

  private static boolean bringsOtherKeys(Change change) {
    return change.before() instanceof Cluster before
        && change.after() instanceof Cluster after
        && !before.overlayKeys().equals(after.overlayKeys());
  }

  /**
   * The host's interfaces, for ports that are open on some; whether they are others than before.
   */
  boolean know(Map<String, List<Ip>> interfaces) {
    return shares.know(interfaces);
  }

  /**
   * The whole of it.
   *
   * @param state what was followed up to
   * @param namespaces of the tasks that run here
   */
  KernelConfig config(State state, Map<TaskId, NetworkNamespace> namespaces) {
    List<OverlayKey> keys = state.cluster().overlayKeys();
    // None is there before its keys are: nothing may leave unencrypted.
    List<Overlay> present =
        overlays.all(state).stream()
            .filter(overlay -> !overlay.encrypted() || !keys.isEmpty())
            .toList();
    return new KernelConfig(
        state.revision(),
        present,
        shares.published(),
        overlays.here(),
        tasks(state, namespaces),
        keys);
  }

  /** Published ports that are not open since there is no such interface. */
  Set<MissingInterface> missing() {
    return shares.missing();
  }

  /** Tasks of the same networks share one list, so that its changes are worked out once. */
  private List<LocalTask> tasks(State state, Map<TaskId, NetworkNamespace> namespaces) {
    List<LocalTask> tasks = new ArrayList<>();
    namespaces.forEach(
        (id, namespace) -> {
          Task task = state.task(id);
          if (task != null) {
            Set<NetworkId> networks = new TreeSet<>();
            task.attachments().forEach(attachment -> networks.add(attachment.network()));
            tasks.add(new LocalTask(id.toString(), namespace, shares.virtual(networks)));
          }
        });
    return tasks;
  }
}
