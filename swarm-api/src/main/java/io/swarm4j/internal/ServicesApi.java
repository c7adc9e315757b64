package io.swarm4j.internal;

import io.swarm4j.Convergence;
import io.swarm4j.ImagePin;
import io.swarm4j.ImageResolver;
import io.swarm4j.ImageResolver.ResolvedImage;
import io.swarm4j.Logs;
import io.swarm4j.PortProblem;
import io.swarm4j.ServiceHealth;
import io.swarm4j.ServicePlan;
import io.swarm4j.Services;
import io.swarm4j.model.Check;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.Task;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.store.Transaction;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.stream.LogReceiver;
import io.swarm4j.stream.LogSource;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Services through the leader. */
record ServicesApi(Host engine, ImageResolver registry) implements Services {
  private static final Comparator<Task> BY_SLOT_NEWEST_FIRST =
      Comparator.comparing(Task::slot)
          .thenComparing(task -> task.meta().createdAt(), Comparator.reverseOrder())
          .thenComparing(Task::id);

  @Override
  public Service create(ServiceSpec spec) {
    return engine.join(createAsync(spec));
  }

  @Override
  public CompletionStage<Service> createAsync(ServiceSpec spec) {
    return ImagePins.ask(registry, List.of(spec))
        .thenCompose(
            pins -> engine.submit(tx -> created(tx, pins.pin(spec, null), engine.ids().service())));
  }

  private Service created(Transaction tx, ServiceSpec spec, ServiceId id) {
    engine.admission(tx).newService(spec);
    return tx.put(Service.create(id, spec));
  }

  @Override
  public ServicePlan plan(ServiceSpec spec) {
    return engine.join(planAsync(spec));
  }

  @Override
  public CompletionStage<ServicePlan> planAsync(ServiceSpec spec) {
    return ImagePins.ask(registry, List.of(spec)).thenApply(pins -> plan(spec, pins));
  }

  private ServicePlan plan(ServiceSpec spec, ImagePins pins) {
    try (Foresight foresight = new Foresight(engine.view(), engine.options())) {
      return foresight.plan(
          (tx, ids) -> {
            Service present = tx.serviceNamed(spec.name());
            return present == null
                ? created(tx, pins.pin(spec, null), ids.service())
                : changed(tx, present, pins.pin(spec, present.spec()));
          });
    }
  }

  @Override
  public Service apply(ServicePlan plan) {
    return engine.join(applyAsync(plan));
  }

  @Override
  public CompletionStage<Service> applyAsync(ServicePlan plan) {
    Services asPlanned = asGiven();
    return plan.version() == 0
        ? asPlanned.createAsync(plan.spec())
        : asPlanned.updateAsync(plan.spec().name(), plan.version(), plan.spec());
  }

  @Override
  public Service update(String service, UnaryOperator<ServiceSpec> change) {
    return engine.join(updateAsync(service, change));
  }

  @Override
  public CompletionStage<Service> updateAsync(String service, UnaryOperator<ServiceSpec> change) {
    if (registry == ImageResolver.NONE) {
      return engine.submit(
          tx -> {
            Service present = Lookup.service(tx, service);
            return changed(tx, present, change.apply(present.spec()));
          });
    }
    return pins(() -> change.apply(get(service).spec()))
        .thenCompose(
            pins ->
                engine.submit(
                    tx -> {
                      Service present = Lookup.service(tx, service);
                      ServiceSpec spec = change.apply(present.spec());
                      return changed(tx, present, pins.pin(spec, present.spec()));
                    }));
  }

  @Override
  public Service update(String service, long version, ServiceSpec spec) {
    return engine.join(updateAsync(service, version, spec));
  }

  @Override
  public CompletionStage<Service> updateAsync(String service, long version, ServiceSpec spec) {
    return ImagePins.ask(registry, List.of(spec))
        .thenCompose(
            pins ->
                engine.submit(
                    tx -> {
                      Service present = Lookup.service(tx, service);
                      requireVersion(present, version);
                      return changed(tx, present, pins.pin(spec, present.spec()));
                    }));
  }

  private CompletionStage<ImagePins> pins(Supplier<ServiceSpec> spec) {
    try {
      return ImagePins.ask(registry, List.of(spec.get()));
    } catch (RuntimeException fault) {
      return CompletableFuture.failedFuture(fault);
    }
  }

  private Service changed(Transaction tx, Service present, ServiceSpec spec) {
    engine.admission(tx).changedService(present, spec);
    return ServiceWrites.update(tx, present, spec);
  }

  private static void requireVersion(Service present, long version) {
    if (present.meta().version() != version) {
      throw ConflictException.outOfSequence(
          "service", present.name(), version, present.meta().version());
    }
  }

  @Override
  public Service scale(String service, int replicas) {
    return engine.join(scaleAsync(service, replicas));
  }

  @Override
  public CompletionStage<Service> scaleAsync(String service, int replicas) {
    return updateAsync(
        service,
        spec -> {
          Check.of("ServiceSpec")
              .that(
                  spec.mode() instanceof ServiceMode.Replicated,
                  Fault.Code.UNSUPPORTED,
                  "mode",
                  spec.mode(),
                  "a replicated service: scale can only be used with replicated mode")
              .orThrow();
          return spec.withReplicas(replicas);
        });
  }

  @Override
  public Service rollback(String service) {
    return engine.join(rollbackAsync(service));
  }

  @Override
  public CompletionStage<Service> rollbackAsync(String service) {
    return engine.submit(tx -> rollback(tx, Lookup.service(tx, service)));
  }

  @Override
  public Service rollback(String service, long version) {
    return engine.join(rollbackAsync(service, version));
  }

  @Override
  public CompletionStage<Service> rollbackAsync(String service, long version) {
    return engine.submit(
        tx -> {
          Service present = Lookup.service(tx, service);
          requireVersion(present, version);
          return rollback(tx, present);
        });
  }

  private Service rollback(Transaction tx, Service present) {
    if (present.previousSpec() == null) {
      throw new ConflictException("service " + present.id() + " does not have a previous spec");
    }
    return rollback(tx, present, present.previousVersion());
  }

  @Override
  public Service rollbackTo(String service, long specVersion) {
    return engine.join(rollbackToAsync(service, specVersion));
  }

  @Override
  public CompletionStage<Service> rollbackToAsync(String service, long specVersion) {
    return engine.submit(
        tx -> {
          Service present = Lookup.service(tx, service);
          return specVersion == present.specVersion()
              ? present
              : rollback(tx, present, specVersion);
        });
  }

  private Service rollback(Transaction tx, Service present, long specVersion) {
    ServiceSpec earlier = ServiceWrites.kept(present, specVersion);
    engine.admission(tx).changedService(present, earlier);
    return ServiceWrites.rollback(tx, present, specVersion);
  }

  @Override
  public void remove(String service) {
    engine.join(removeAsync(service));
  }

  @Override
  public CompletionStage<@Nullable Void> removeAsync(String service) {
    return engine
        .submit(
            tx -> {
              Service present = Lookup.service(tx, service);
              return tx.put(present.withRemoved(tx.now()));
            })
        .thenAccept(removed -> {});
  }

  @Override
  public Services asGiven() {
    return new ServicesApi(engine, ImageResolver.NONE);
  }

  @Override
  public ImagePin image(String service) {
    return engine.join(imageAsync(service));
  }

  @Override
  public CompletionStage<ImagePin> imageAsync(String service) {
    Service present;
    try {
      present = get(service);
    } catch (SwarmException fault) {
      return CompletableFuture.failedFuture(fault);
    }
    String image = present.spec().task().container().image();
    int at = image.indexOf('@');
    String tag = at < 0 ? image : image.substring(0, at);
    String digest = at < 0 ? null : image.substring(at + 1);
    return registry
        .resolve(tag, null)
        .thenApply(now -> new ImagePin(tag, digest, now.map(ResolvedImage::digest).orElse(null)));
  }

  @Override
  public Service get(String service) {
    return Lookup.service(engine.view(), service);
  }

  @Override
  public List<Service> list() {
    return engine.view().services().stream()
        .filter(service -> !service.isRemoved())
        .sorted(Comparator.comparing(Service::name))
        .toList();
  }

  @Override
  public List<Task> tasks(String service) {
    return engine.view().tasksOf(get(service).id()).stream().sorted(BY_SLOT_NEWEST_FIRST).toList();
  }

  @Override
  public ServiceHealth health(String service) {
    Service found = get(service);
    List<PortProblem> ports =
        engine.portProblems().stream()
            .filter(problem -> problem.service().equals(found.name()))
            .toList();
    return Convergences.health(engine.view(), found, ports);
  }

  @Override
  public Convergence await(String service, Duration timeout) {
    return engine.waiting().join(awaitAsync(service, timeout), timeout.plusSeconds(5));
  }

  @Override
  public CompletionStage<Convergence> awaitAsync(String service, Duration timeout) {
    ServiceId id = get(service).id();
    AtomicReference<@Nullable Convergence> outcome = new AtomicReference<>();
    return engine
        .awaitAsync(
            view -> {
              outcome.set(Convergences.judge(view, id));
              return outcome.get() != null;
            },
            timeout)
        .thenCompose(inTime -> engine.networkInForce())
        .thenApply(
            inForce ->
                Objects.requireNonNullElseGet(
                    outcome.get(), () -> Convergences.timedOut(engine.view(), id, timeout)));
  }

  @Override
  public Logs logs(String service, LogQuery query) {
    return engine.reach().logs(new LogSource.OfService(get(service).id()), query);
  }

  @Override
  public AutoCloseable logs(String service, LogQuery query, LogReceiver receiver) {
    return engine.reach().logs(new LogSource.OfService(get(service).id()), query, receiver);
  }
}
