package io.swarm4j.sim;

import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import java.util.List;
import java.util.function.Consumer;

/**
 * Secrets and configs are there for as long as a service refers to them, a version never changes
 * its content, and a task has those in place that its spec refers to, never an older version than
 * before.
 */
final class PayloadsAreVersioned implements Invariant {

  @Override
  public String name() {
    return "a task has the secrets and configs that it asks for, and no others";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    boolean deleted = false;
    for (Change change : commit.changes()) {
      if (change.after() instanceof Task task) {
        checkTask(commit.after(), task, breach);
        if (change.before() instanceof Task before) {
          mustNotGoBack(before, task, breach);
        }
      } else if (change.after() instanceof Service service) {
        checkService(commit.after(), service, breach);
      } else if (change.latest() instanceof VersionedPayload payload) {
        deleted |= change.after() == null;
        if (change.before() == null) {
          mustBeFollowed(commit, payload.which(), breach);
        }
        if (change.before() instanceof VersionedPayload before
            && !(before.data().equals(payload.data()) && before.which().equals(payload.which()))) {
          breach.accept(before.which() + " was changed");
        }
      }
    }
    if (deleted) {
      commit.after().services().forEach(each -> checkService(commit.after(), each, breach));
    }
  }

  /** Services that restart their tasks for a new version do so in the same step. */
  private static void mustBeFollowed(Commit commit, PayloadVersion news, Consumer<String> breach) {
    for (Service service : commit.after().services()) {
      Service before = commit.before().service(service.id());
      boolean restarts =
          !service.spec().mode().isJob()
              && !service.isRemoved()
              && service.spec().task().container().payloads().stream()
                  .anyMatch(each -> each.onChange() == ChangePolicy.RESTART && each.follows(news));
      if (restarts && before != null && before.specVersion() == service.specVersion()) {
        breach.accept("service " + service.name() + " takes no notice of " + news);
      }
    }
  }

  private static void mustNotGoBack(Task before, Task after, Consumer<String> breach) {
    for (PayloadVersion old : inPlace(before)) {
      boolean newer =
          inPlace(after).stream()
              .noneMatch(each -> each.isVersionOf(old) && each.version() >= old.version());
      if (newer && inPlace(after).stream().anyMatch(old::isVersionOf)) {
        breach.accept("task " + after.id() + " went from " + old + " to " + inPlace(after));
      }
    }
  }

  private static List<PayloadVersion> inPlace(Task task) {
    ContainerStatus container = task.status().container();
    return container == null ? List.of() : container.payloads();
  }

  @Override
  public void check(State state, Consumer<String> breach) {
    state.services().forEach(service -> checkService(state, service, breach));
    state.tasks().forEach(task -> checkTask(state, task, breach));
  }

  private static void checkService(State state, Service service, Consumer<String> breach) {
    for (PayloadReference reference : service.spec().task().container().payloads()) {
      if (!service.isRemoved() && VersionedNames.payload(state, reference) == null) {
        breach.accept(
            "service " + service.name() + " refers to " + reference.target() + ", which is gone");
      }
    }
  }

  private static void checkTask(State state, Task task, Consumer<String> breach) {
    List<PayloadVersion> inPlace = inPlace(task);
    if (inPlace.isEmpty()) {
      return;
    }
    List<PayloadReference> wanted = state.specOf(task).task().container().payloads();
    for (PayloadVersion version : inPlace) {
      if (wanted.stream().noneMatch(reference -> mayMean(state, reference, version))) {
        breach.accept("task " + task.id() + " has " + version + ", which it does not ask for");
      }
    }
  }

  /** Whether a reference means that version, now or at an earlier time. */
  static boolean mayMean(State state, PayloadReference reference, PayloadVersion version) {
    if (reference.follows(version)) {
      return true;
    }
    if (reference.isSecret() != version.secret()) {
      return false;
    }
    VersionedPayload meant = VersionedNames.payload(state, reference);
    return meant != null
        ? meant.which().equals(version)
        : reference.target().equalsIgnoreCase(version.name() + "@" + version.version());
  }
}
