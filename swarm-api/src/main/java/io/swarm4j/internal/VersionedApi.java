package io.swarm4j.internal;

import io.swarm4j.Rotation;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.model.Service;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.VersionedNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What secrets and configs have in common: names with versions, users, rotation.
 *
 * @param <T> the stored object
 * @param <S> its spec
 */
abstract class VersionedApi<T extends StoreObject & VersionedPayload, S> {
  private final Host engine;
  private final String kind;

  VersionedApi(Host engine, String kind) {
    this.engine = engine;
    this.kind = kind;
  }

  abstract String nameOf(S spec);

  abstract @Nullable T latest(State state, String name);

  abstract T lookup(State state, String key);

  abstract List<T> all(State state);

  /** A new version. */
  abstract T make(S spec, int version);

  abstract T relabelled(T object, Map<String, String> labels);

  /** What is shown of it. */
  abstract T shown(T object);

  /** The container with the references for which {@code pinned} holds pinned to {@code news}. */
  abstract ContainerSpec repinned(
      ContainerSpec container, PayloadVersion news, Predicate<PayloadReference> pinned);

  public T create(S spec) {
    return engine.join(createAsync(spec));
  }

  public CompletionStage<T> createAsync(S spec) {
    return engine
        .submit(
            tx -> {
              if (latest(tx, nameOf(spec)) != null) {
                throw new ConflictException(
                    ConflictException.Kind.EXISTS, kind + " " + nameOf(spec) + " already exists");
              }
              return put(tx, spec, 1);
            })
        .thenApply(this::shown);
  }

  private T put(Transaction tx, S spec, int version) {
    T made = make(spec, version);
    Admission.payload(made);
    return tx.put(made);
  }

  public T addVersion(S spec) {
    return engine.join(addVersionAsync(spec));
  }

  public CompletionStage<T> addVersionAsync(S spec) {
    return engine.submit(tx -> next(tx, spec)).thenApply(this::shown);
  }

  private T next(Transaction tx, S spec) {
    T last = latest(tx, nameOf(spec));
    if (last == null) {
      throw NotFoundException.of(kind, nameOf(spec));
    }
    return put(tx, spec, last.which().version() + 1);
  }

  public Rotation rotate(S spec, Duration timeout) {
    return engine.waiting().join(rotateAsync(spec, timeout), timeout.plusSeconds(5));
  }

  public CompletionStage<Rotation> rotateAsync(S spec, Duration timeout) {
    return engine
        .submit(
            tx -> {
              PayloadVersion news = next(tx, spec).which();
              for (Service service : users(tx, each -> Rotations.uses(tx, each, news))) {
                renew(tx, service, news);
              }
              return news;
            })
        .thenCompose(
            news ->
                engine
                    .awaitAsync(view -> Rotations.judge(view, news).isComplete(), timeout)
                    .thenApply(inTime -> Rotations.judge(engine.view(), news)));
  }

  private void renew(Transaction tx, Service service, PayloadVersion news) {
    TaskSpec task = service.spec().task();
    ContainerSpec container =
        repinned(task.container(), news, reference -> Rotations.pins(tx, reference, news));
    if (!container.equals(task.container())) {
      ServiceWrites.update(tx, service, service.spec().withTask(task.withContainer(container)));
    } else if (Rotations.needsRestart(tx, container, news)) {
      ServiceWrites.force(tx, service);
    }
  }

  public T updateLabels(String key, long version, Map<String, String> labels) {
    return engine.join(updateLabelsAsync(key, version, labels));
  }

  public CompletionStage<T> updateLabelsAsync(
      String key, long version, Map<String, String> labels) {
    return engine
        .submit(
            tx -> {
              T present = lookup(tx, key);
              if (present.meta().version() != version) {
                throw ConflictException.outOfSequence(
                    kind, present.which().name(), version, present.meta().version());
              }
              return tx.put(relabelled(present, labels));
            })
        .thenApply(this::shown);
  }

  public List<String> users(String key) {
    State state = engine.view();
    PayloadVersion which = lookup(state, key).which();
    return names(users(state, reference -> Rotations.uses(state, reference, which)));
  }

  public void remove(String key) {
    engine.join(removeAsync(key));
  }

  public CompletionStage<@Nullable Void> removeAsync(String key) {
    return engine
        .submit(
            tx -> {
              T present = lookup(tx, key);
              List<Service> users =
                  users(
                      tx,
                      reference -> {
                        VersionedPayload used = VersionedNames.payload(tx, reference);
                        return used != null && used.which().equals(present.which());
                      });
              if (!users.isEmpty()) {
                throw new ConflictException(
                    ConflictException.Kind.IN_USE,
                    kind
                        + " '"
                        + present.which().name()
                        + "' is in use by the following "
                        + (users.size() == 1 ? "service: " : "services: ")
                        + String.join(", ", names(users)));
              }
              tx.delete(present.id());
              return present.id();
            })
        .thenAccept(removed -> {});
  }

  private static List<String> names(List<Service> services) {
    return services.stream().map(Service::name).sorted().toList();
  }

  /** Services of which a reference is meant; those that were removed no longer count. */
  private static List<Service> users(State state, Predicate<PayloadReference> meant) {
    List<Service> users = new ArrayList<>();
    for (Service service : state.services()) {
      if (!service.isRemoved()
          && service.spec().task().container().payloads().stream().anyMatch(meant)) {
        users.add(service);
      }
    }
    return users;
  }

  public T get(String key) {
    return shown(lookup(engine.view(), key));
  }

  public List<T> list() {
    return all(engine.view()).stream()
        .sorted(
            Comparator.comparing((T each) -> each.which().name())
                .thenComparing(each -> each.which().version()))
        .map(this::shown)
        .toList();
  }

  /** For new objects. */
  Host engine() {
    return engine;
  }
}
