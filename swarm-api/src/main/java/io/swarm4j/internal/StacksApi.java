package io.swarm4j.internal;

import io.swarm4j.Convergence;
import io.swarm4j.Stacks;
import io.swarm4j.compose.ComposeFile;
import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.compose.ExternalReference;
import io.swarm4j.compose.Stack;
import io.swarm4j.model.Check;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.VersionedNames;
import io.swarm4j.store.View;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Stacks through the leader; each deployment is one transaction. */
record StacksApi(Host engine) implements Stacks {
  private static final Duration REMOVAL_LIMIT = Duration.ofMinutes(1);

  @Override
  public Deployment deploy(String name, Path composeFile) {
    return deploy(ComposeFile.read(composeFile, ComposeOptions.of(name)));
  }

  @Override
  public Deployment deploy(Stack stack) {
    return engine.join(engine.submit(tx -> new Deploy(tx, engine, stack).run()));
  }

  @Override
  public void remove(String name) {
    List<Service> services = services(name);
    if (services.isEmpty() && networks(engine.view(), name).isEmpty()) {
      throw NotFoundException.of("stack", name);
    }
    engine.join(
        engine.submit(
            tx -> {
              services(tx.services(), name)
                  .forEach(service -> tx.put(service.withRemoved(tx.now())));
              return name;
            }));
    boolean gone =
        engine.await(
            view -> services.stream().noneMatch(service -> awaitsTasks(view, service)),
            REMOVAL_LIMIT);
    if (!gone) {
      throw new UnavailableException(
          "tasks of stack "
              + name
              + " have not ended within "
              + REMOVAL_LIMIT
              + "; remove it again to go on");
    }
    engine.join(engine.submit(tx -> removeRest(tx, name)));
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

  private static List<Service> services(List<Service> all, String name) {
    return all.stream()
        .filter(service -> !service.isRemoved())
        .filter(service -> name.equals(service.spec().labels().get(Stack.NAMESPACE_LABEL)))
        .sorted(Comparator.comparing(Service::name))
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
    return services(engine.view().services(), name);
  }

  @Override
  public Map<String, Convergence> await(String name, Duration timeout) {
    List<Service> services = services(name);
    engine.await(
        view ->
            services.stream().allMatch(service -> Convergences.judge(view, service.id()) != null),
        timeout);
    engine.join(engine.networkInForce());
    View view = engine.view();
    Map<String, Convergence> outcomes = new LinkedHashMap<>();
    for (Service service : services) {
      Convergence outcome = Convergences.judge(view, service.id());
      outcomes.put(
          service.name(),
          outcome == null ? Convergences.timedOut(view, service.id(), timeout) : outcome);
    }
    return outcomes;
  }

  /** One deployment inside its transaction. */
  private static final class Deploy {
    private final Transaction tx;
    private final Host engine;
    private final Stack stack;
    private final List<String> created = new ArrayList<>();
    private final List<String> updated = new ArrayList<>();
    private final List<String> unchanged = new ArrayList<>();

    Deploy(Transaction tx, Host engine, Stack stack) {
      this.tx = tx;
      this.engine = engine;
      this.stack = stack;
    }

    Deployment run() {
      requireExternals();
      stack.networks().forEach(this::network);
      stack.secrets().forEach(this::secret);
      stack.configs().forEach(this::config);
      List<Fault> faults = new ArrayList<>();
      for (ServiceSpec spec : stack.services()) {
        try {
          service(spec);
        } catch (InvalidSpecException refused) {
          refused.faults().forEach(fault -> faults.add(fault.under(spec.name())));
        }
      }
      if (!faults.isEmpty()) {
        throw new InvalidSpecException(faults);
      }
      return new Deployment(List.copyOf(created), List.copyOf(updated), List.copyOf(unchanged));
    }

    private void requireExternals() {
      Check check = Check.of("stack " + stack.name());
      for (ExternalReference external : stack.externals()) {
        boolean there =
            switch (external.kind()) {
              case NETWORK -> tx.networkNamed(external.name()) != null;
              case SECRET -> VersionedNames.secret(tx, external.name()) != null;
              case CONFIG -> VersionedNames.config(tx, external.name()) != null;
              default -> true;
            };
        check.that(
            there,
            Fault.Code.UNKNOWN_REFERENCE,
            external.mark().toString(),
            external.name(),
            "an existing external "
                + external.kind().name().toLowerCase(java.util.Locale.ROOT)
                + "; create it before the stack is deployed");
      }
      check.orThrow();
    }

    private void network(NetworkSpec spec) {
      if (tx.networkNamed(spec.name()) != null) {
        unchanged.add("network " + spec.name());
        return;
      }
      Admission.newNetwork(tx, spec);
      tx.put(Network.create(engine.ids().network(), spec));
      created.add("network " + spec.name());
    }

    private void secret(SecretSpec spec) {
      Secret present = tx.secretNamed(spec.name());
      if (present == null) {
        tx.put(new Secret(engine.ids().secret(), Meta.NEW, spec, 1));
        created.add("secret " + spec.name());
      } else if (!present.spec().data().equals(spec.data())) {
        tx.put(new Secret(engine.ids().secret(), Meta.NEW, spec, present.version() + 1));
        updated.add("secret " + spec.name());
      } else {
        unchanged.add("secret " + spec.name());
      }
    }

    private void config(ConfigSpec spec) {
      Config present = tx.configNamed(spec.name());
      if (present == null) {
        tx.put(new Config(engine.ids().config(), Meta.NEW, spec, 1));
        created.add("config " + spec.name());
      } else if (!present.spec().data().equals(spec.data())) {
        tx.put(new Config(engine.ids().config(), Meta.NEW, spec, present.version() + 1));
        updated.add("config " + spec.name());
      } else {
        unchanged.add("config " + spec.name());
      }
    }

    private void service(ServiceSpec spec) {
      Service present = tx.serviceNamed(spec.name());
      if (present == null) {
        Admission.newService(tx, spec);
        tx.put(Service.create(engine.ids().service(), spec));
        created.add("service " + spec.name());
      } else if (present.spec().equals(spec)) {
        unchanged.add("service " + spec.name());
      } else {
        Admission.changedService(tx, present, spec);
        ServiceWrites.update(tx, present, spec);
        updated.add("service " + spec.name());
      }
    }
  }
}
