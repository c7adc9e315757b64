package io.swarm4j.internal;

import io.swarm4j.Convergence;
import io.swarm4j.Logs;
import io.swarm4j.StackConvergence;
import io.swarm4j.Stacks;
import io.swarm4j.compose.ComposeException;
import io.swarm4j.compose.ComposeFile;
import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.compose.Stack;
import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Names;
import io.swarm4j.model.Network;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.Task;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.View;
import io.swarm4j.stream.LogQuery;
import io.swarm4j.stream.LogReceiver;
import io.swarm4j.stream.LogSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Stacks through the leader; each deployment is one transaction. */
record StacksApi(Host engine) implements Stacks {
  private static final Duration REMOVAL_LIMIT = Duration.ofMinutes(1);

  @Override
  public Deployment deploy(String name, Path composeFile) {
    return deploy(composeFile, ComposeOptions.of(name));
  }

  @Override
  public Deployment deploy(Path composeFile, ComposeOptions options) {
    Stack stack;
    try {
      stack = ComposeFile.read(composeFile, options);
    } catch (ComposeException refused) {
      throw refused.with(refused.rest().map(rest -> faults(rest, refused)).orElse(List.of()));
    }
    return deploy(stack);
  }

  /** What is wrong with the rest of a file, of which some is wrong in itself. */
  private List<Fault> faults(Stack rest, ComposeException refused) {
    List<ServiceSpec> together = new ArrayList<>(rest.services());
    refused.refusedServices().stream()
        .filter(Names::isDnsLabel)
        .forEach(name -> together.add(ServiceSpec.of(name, "refused")));
    try {
      engine.join(
          engine.submit(
              tx -> {
                deployment(tx, rest, together, ImagePins.NONE).run(Leftovers.KEEP);
                throw refused; // nothing is to be stored
              }));
    } catch (ComposeException nothingMore) {
      return List.of();
    } catch (InvalidSpecException more) {
      return more.faults();
    } catch (SwarmException notNow) {
      return List.of(); // what is known already is worth more than that
    }
    return List.of();
  }

  private StackDeployment deployment(
      Transaction tx, Stack stack, List<ServiceSpec> together, ImagePins pins) {
    return new StackDeployment(
        tx, engine.ids(), engine.admission(tx, together), engine.surroundings(), stack, pins);
  }

  @Override
  public Deployment deploy(Stack stack, Leftovers leftovers) {
    return engine.join(deployAsync(stack, leftovers));
  }

  @Override
  public CompletionStage<Deployment> deployAsync(Stack stack, Leftovers leftovers) {
    return ImagePins.ask(engine.options().registry(), stack.services())
        .thenCompose(
            pins ->
                engine.submit(tx -> deployment(tx, stack, stack.services(), pins).run(leftovers)));
  }

  @Override
  public void remove(String name) {
    engine.waiting().join(removeAsync(name), REMOVAL_LIMIT.multipliedBy(2));
  }

  @Override
  public CompletionStage<@Nullable Void> removeAsync(String name) {
    return engine
        .submit(tx -> markRemoved(tx, name))
        .thenCompose(
            services ->
                engine.awaitAsync(
                    view -> services.stream().noneMatch(service -> awaitsTasks(view, service)),
                    REMOVAL_LIMIT))
        .thenCompose(
            gone -> {
              if (!gone) {
                throw new UnavailableException(
                    "tasks of stack "
                        + name
                        + " have not ended within "
                        + REMOVAL_LIMIT
                        + "; remove it again to go on");
              }
              return engine.submit(tx -> removeRest(tx, name));
            })
        .thenAccept(removed -> {});
  }

  /** The services of the stack, those included that an earlier call could not see through. */
  private static List<Service> markRemoved(Transaction tx, String name) {
    List<Service> services = tx.services().stream().filter(belongsTo(name)).toList();
    if (services.isEmpty() && networks(tx, name).isEmpty()) {
      throw NotFoundException.of("stack", name);
    }
    services.stream()
        .filter(service -> !service.isRemoved())
        .forEach(service -> tx.put(service.withRemoved(tx.now())));
    return services;
  }

  private static Predicate<Service> belongsTo(String stack) {
    return service -> stack.equals(service.spec().labels().get(Stack.NAMESPACE_LABEL));
  }

  /** Whether tasks are still to end; those of a lost node end when it comes back. */
  private static boolean awaitsTasks(View view, Service service) {
    return view.tasksOf(service.id()).stream()
        .map(task -> task.nodeId() == null ? null : view.node(task.nodeId()))
        .anyMatch(node -> node == null || node.status().state() != NodeState.DOWN);
  }

  private static String removeRest(Transaction tx, String name) {
    networks(tx, name).forEach(network -> tx.delete(network.id()));
    tx.secrets().stream()
        .filter(secret -> name.equals(secret.spec().labels().get(Stack.NAMESPACE_LABEL)))
        .forEach(secret -> tx.delete(secret.id()));
    tx.configs().stream()
        .filter(config -> name.equals(config.spec().labels().get(Stack.NAMESPACE_LABEL)))
        .forEach(config -> tx.delete(config.id()));
    return name;
  }

  private static List<Network> networks(io.swarm4j.store.State state, String name) {
    return state.networks().stream()
        .filter(network -> name.equals(network.spec().labels().get(Stack.NAMESPACE_LABEL)))
        .toList();
  }

  @Override
  public Map<String, Integer> list() {
    Map<String, Integer> stacks = new TreeMap<>();
    for (Service service : engine.view().services()) {
      String stack = service.spec().labels().get(Stack.NAMESPACE_LABEL);
      if (stack != null && !service.isRemoved()) {
        stacks.merge(stack, 1, Integer::sum);
      }
    }
    return stacks;
  }

  @Override
  public List<Service> services(String name) {
    return engine.view().services().stream()
        .filter(service -> !service.isRemoved())
        .filter(belongsTo(name))
        .sorted(Comparator.comparing(Service::name))
        .toList();
  }

  @Override
  public List<Task> tasks(String name) {
    return services(name).stream()
        .flatMap(service -> engine.services().tasks(service.id().toString()).stream())
        .toList();
  }

  @Override
  public StackConvergence await(String name, Duration timeout) {
    return engine.waiting().join(awaitAsync(name, timeout), timeout.plusSeconds(5));
  }

  @Override
  public CompletionStage<StackConvergence> awaitAsync(String name, Duration timeout) {
    List<Service> services = services(name);
    if (services.isEmpty()) {
      throw NotFoundException.of("stack", name);
    }
    return engine
        .awaitAsync(
            view ->
                services.stream()
                    .allMatch(service -> Convergences.judge(view, service.id()) != null),
            timeout)
        .thenCompose(inTime -> engine.networkInForce())
        .thenApply(inForce -> judge(engine.view(), services, timeout));
  }

  private static StackConvergence judge(View view, List<Service> services, Duration timeout) {
    Map<String, Convergence> outcomes = new LinkedHashMap<>();
    for (Service service : services) {
      Convergence outcome = Convergences.judge(view, service.id());
      outcomes.put(
          service.name(),
          outcome == null ? Convergences.timedOut(view, service.id(), timeout) : outcome);
    }
    return new StackConvergence(outcomes);
  }

  @Override
  public Logs logs(String name, LogQuery query) {
    return engine.reach().logs(source(name), query);
  }

  @Override
  public AutoCloseable logs(String name, LogQuery query, LogReceiver receiver) {
    return engine.reach().logs(source(name), query, receiver);
  }

  private LogSource source(String name) {
    if (services(name).isEmpty()) {
      throw NotFoundException.of("stack", name);
    }
    return new LogSource.OfLabel(Stack.NAMESPACE_LABEL, name);
  }
}
