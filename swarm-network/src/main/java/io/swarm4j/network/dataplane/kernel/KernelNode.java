package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.network.dataplane.AppliedRevision;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.store.Change;
import io.swarm4j.store.ChangeFeed;
import io.swarm4j.store.Commit;
import io.swarm4j.store.View;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the kernel of one node in step with the swarm's state. What changes while a configuration
 * is being put in force goes together into the next one; what failed is tried again.
 *
 * <p>Thread-safe, but for {@link #reset} and the listener's methods, which belong on its loop.
 */
public final class KernelNode {
  private static final Logger log = LoggerFactory.getLogger(KernelNode.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final NodeId node;
  private final KernelPlane plane;
  private final Consumer<Map<NetworkId, Overlay>> onOverlays;
  private final Loop loop;
  private final NodeView intended;
  private final Map<TaskId, NetworkNamespace> namespaces = new TreeMap<>();
  private final AppliedRevision applied = new AppliedRevision();

  /** Counts what has changed at the node itself, of which the swarm's state does not know. */
  private final AppliedRevision local = new AppliedRevision();

  private final List<Ready> waiting = new ArrayList<>();
  private View view;
  private List<Overlay> overlays = List.of();
  private volatile Set<MissingInterface> missing = Set.of();
  private long generation;
  private boolean dirty = true;
  private @Nullable KernelConfig applying;
  private boolean retrying;

  private record Ready(Task task, CompletableFuture<Map<NetworkId, Overlay>> done) {}

  /**
   * Stands still until {@link #reset}.
   *
   * @param loop where it works; it does not block
   * @param onOverlays is told on the loop which overlays are in force, when these have changed
   */
  public KernelNode(
      NodeId node,
      KernelPlane plane,
      Loop loop,
      View start,
      Consumer<Map<NetworkId, Overlay>> onOverlays) {
    this.node = node;
    this.plane = plane;
    this.onOverlays = onOverlays;
    this.loop = loop;
    this.view = start;
    this.intended = new NodeView(node, start);
  }

  /** Follows a manager's commits. */
  public ChangeFeed.Listener listener(Runnable onLost) {
    return new ChangeFeed.Listener() {
      @Override
      public void changed(Commit commit, List<Change> changes) {
        follow(commit);
      }

      @Override
      public void lost(long revision) {
        onLost.run();
      }
    };
  }

  /** Starts afresh from a state. */
  public void reset(View state) {
    lookForInterfaces();
    view = state;
    intended.reset(state);
    dirty = true;
    apply();
  }

  /** The host's interfaces with their addresses, for ports that are open on some of them. */
  private void lookForInterfaces() {
    plane.interfaces().thenAccept(found -> loop.execute(() -> learn(found)));
  }

  private void learn(Map<String, List<Ip>> found) {
    if (intended.know(found)) {
      dirty = true;
      apply();
    }
  }

  private void follow(Commit commit) {
    view = commit.after();
    dirty |= intended.apply(commit.changes(), view);
    apply();
  }

  private void apply() {
    if (applying != null) {
      return;
    }
    if (!dirty) {
      reached(view.revision());
      return;
    }
    dirty = false;
    KernelConfig config = intended.config(view, namespaces);
    missing = intended.missing();
    applying = config;
    long asOf = generation;
    plane
        .apply(config)
        .whenComplete((revision, failure) -> loop.execute(() -> finish(config, asOf, failure)));
  }

  private void finish(KernelConfig config, long asOf, @Nullable Throwable failure) {
    applying = null;
    if (failure == null) {
      List<String> before = bridges();
      overlays = config.overlays();
      if (!bridges().equals(before)) {
        onOverlays.accept(byNetwork());
      }
      local.reached(asOf);
      reached(config.revision());
      retryLater();
      apply();
    } else {
      log.warn("node {} could not put revision {} in force", node, config.revision(), failure);
      dirty = true;
      loop.schedule(RETRY, this::apply);
    }
  }

  private void reached(long revision) {
    applied.reached(revision);
    waiting.removeIf(this::completeIfReady);
  }

  /** Ports that others held may be free by then, and interfaces may be there. */
  private void retryLater() {
    if (!retrying && !(plane.held().isEmpty() && missing.isEmpty())) {
      retrying = true;
      loop.schedule(RETRY, this::retry);
    }
  }

  private void retry() {
    retrying = false;
    if (!missing.isEmpty()) {
      lookForInterfaces();
    }
    if (!plane.held().isEmpty()) {
      dirty = true;
      apply();
    }
    retryLater();
  }

  /** The published ports that other programs of the host hold. */
  public List<PublishedPort> held() {
    return plane.held();
  }

  /** The published ports that ask for interfaces which are not there. */
  public Set<MissingInterface> missing() {
    return missing;
  }

  private boolean completeIfReady(Ready ready) {
    return isReady(ready.task()) && ready.done().complete(byNetwork());
  }

  /**
   * Whether what is in force is meant to stay as long as the task is here: a network that the
   * node's last task has left, and this one has come to, changes the node's address there.
   */
  private boolean isReady(Task task) {
    Task known = view.task(task.id());
    Node self = view.node(node);
    if (known == null || self == null || !node.equals(known.nodeId())) {
      return false; // the state here is older than the task's assignment
    }
    KernelConfig next = applying;
    return known.attachments().stream()
        .allMatch(
            attachment ->
                self.attachments().stream()
                    .filter(own -> own.network().equals(attachment.network()))
                    .filter(own -> own.address().isV4() == attachment.address().isV4())
                    .anyMatch(
                        own -> has(overlays, own) && (next == null || has(next.overlays(), own))));
  }

  private boolean has(List<Overlay> present, Attachment own) {
    Network network = view.network(own.network());
    return network != null
        && present.stream()
            .anyMatch(overlay -> overlay.vni() == network.vni() && overlay.isAt(own.address()));
  }

  private @Nullable Overlay overlay(NetworkId id) {
    Network network = view.network(id);
    for (Overlay overlay : overlays) {
      if (network != null && overlay.vni() == network.vni()) {
        return overlay;
      }
    }
    return null;
  }

  /** Completes with the overlays of all of a task's networks, once their bridges are there. */
  public CompletionStage<Map<NetworkId, Overlay>> ready(Task task) {
    CompletableFuture<Map<NetworkId, Overlay>> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (isReady(task)) {
            done.complete(byNetwork());
          } else {
            waiting.add(new Ready(task, done));
          }
        });
    return done;
  }

  private List<String> bridges() {
    return overlays.stream().map(overlay -> overlay.bridge() + overlay.address()).toList();
  }

  private Map<NetworkId, Overlay> byNetwork() {
    Map<NetworkId, Overlay> byNetwork = new TreeMap<>();
    for (Network network : view.networks()) {
      Overlay overlay = overlay(network.id());
      if (overlay != null) {
        byNetwork.put(network.id(), overlay);
      }
    }
    return byNetwork;
  }

  /**
   * A task has a network namespace now.
   *
   * @return completes once it can reach services there by their virtual addresses
   */
  public CompletionStage<Void> started(TaskId task, NetworkNamespace namespace) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          namespaces.put(task, namespace);
          touch().thenRun(() -> done.complete(null));
        });
    return done;
  }

  /** A task's network namespace is gone, or will never be. */
  public void ended(TaskId task) {
    plane.forget(task.toString());
    loop.execute(
        () -> {
          namespaces.remove(task);
          waiting.removeIf(ready -> ready.task().id().equals(task) && ready.done().cancel(false));
          dirty = true;
          apply();
        });
  }

  private CompletionStage<Void> touch() {
    dirty = true;
    CompletionStage<Void> done = local.whenReached(++generation);
    apply();
    return done;
  }

  /**
   * Compares what the kernel has with what the newest state intends.
   *
   * @param repair whether to put that in place, with all that follows from the state worked out
   *     afresh
   * @return what differs, or differed; exceptionally with a {@link KernelException} if it cannot be
   *     looked at
   */
  public CompletionStage<List<Difference>> diagnose(boolean repair) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    loop.execute(() -> inForce(view.revision()).thenRun(() -> reached.complete(null)));
    return reached
        .thenCompose(done -> plane.diagnose(repair))
        .thenApply(
            found -> {
              if (repair && !found.isEmpty()) {
                loop.execute(() -> reset(view));
              }
              return found;
            });
  }

  /** The longest packet, in bytes, that overlays carry as one. */
  public CompletionStage<Integer> mtu() {
    return plane.mtu();
  }

  /** Completes once a revision is in force. */
  public CompletionStage<Void> inForce(long revision) {
    return applied.whenReached(revision);
  }

  /** The revision in force. */
  public long appliedRevision() {
    return applied.revision();
  }
}
