package io.swarm4j.internal;

import io.swarm4j.Rotation;
import io.swarm4j.Rotation.Means;
import io.swarm4j.Rotation.Use;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Node;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges how far a new version of a secret or config has come. */
final class Rotations {
  private Rotations() {}

  static Rotation judge(View view, PayloadVersion news) {
    List<Use> uses = new ArrayList<>();
    for (Service service : view.services()) {
      Means means =
          service.isRemoved() ? null : means(view, service.spec().task().container(), news);
      if (means != null) {
        view.tasksOf(service.id()).stream()
            .filter(task -> task.isDesiredAlive() && task.state() != TaskState.COMPLETE)
            .sorted(Comparator.comparing(Task::slot).thenComparing(Task::id))
            .forEach(task -> uses.add(use(view, task, means, news)));
      }
    }
    return new Rotation(news.name(), news.version(), uses);
  }

  private static Use use(View view, Task task, Means means, PayloadVersion news) {
    Node node = task.nodeId() == null ? null : view.node(task.nodeId());
    ContainerStatus container = task.status().container();
    boolean confirmed =
        task.state() == TaskState.RUNNING
            && container != null
            && container.payloads().contains(news);
    return new Use(
        task.id(), view.nameOf(task), node == null ? "" : node.hostname(), means, confirmed);
  }

  /** How a service's tasks get the new version; null if they do not use it. */
  private static @Nullable Means means(State state, ContainerSpec container, PayloadVersion news) {
    Means means = null;
    for (PayloadReference reference : container.payloads()) {
      if (pins(state, reference, news)) {
        return Means.RESTARTED;
      } else if (reference.follows(news)) {
        means =
            switch (reference.onChange()) {
              case NONE, RESTART -> Means.RESTARTED;
              case SIGNAL -> Means.SIGNALLED;
              case HOT -> Means.REPLACED;
            };
        if (means == Means.RESTARTED) {
          return means;
        }
      }
    }
    return means;
  }

  /** Whether running tasks do not get a new version by any other way than their end. */
  static boolean needsRestart(State state, ContainerSpec container, PayloadVersion news) {
    return means(state, container, news) == Means.RESTARTED;
  }

  /** Whether a reference means any version of it. */
  static boolean uses(State state, PayloadReference reference, PayloadVersion which) {
    VersionedPayload used = VersionedNames.payload(state, reference);
    return used != null && used.which().isVersionOf(which);
  }

  /** Whether a reference means some fixed version of it. */
  static boolean pins(State state, PayloadReference reference, PayloadVersion which) {
    return !reference.follows(which) && uses(state, reference, which);
  }
}
