package io.swarm4j.internal;

import io.swarm4j.Stacks.Deployment;
import io.swarm4j.Stacks.Leftovers;
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
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.VersionedNames;
import io.swarm4j.time.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** One deployment of a stack inside its transaction: all of it, or a list of faults. */
final class StackDeployment {
  private final Transaction tx;
  private final Ids ids;
  private final Admission admission;
  private final NetworkSurroundings surroundings;
  private final Stack stack;
  private final ImagePins pins;
  private final List<String> created = new ArrayList<>();
  private final List<String> updated = new ArrayList<>();
  private final List<String> unchanged = new ArrayList<>();
  private final List<String> removed = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();

  StackDeployment(
      Transaction tx,
      Ids ids,
      Admission admission,
      NetworkSurroundings surroundings,
      Stack stack,
      ImagePins pins) {
    this.tx = tx;
    this.ids = ids;
    this.admission = admission;
    this.surroundings = surroundings;
    this.stack = stack;
    this.pins = pins;
  }

  Deployment run(Leftovers leftovers) {
    faults.addAll(missingExternals());
    stack.networks().forEach(spec -> collect(spec.name(), () -> network(spec)));
    stack.secrets().forEach(this::secret);
    stack.configs().forEach(this::config);
    if (leftovers == Leftovers.PRUNE) {
      prune();
    }
    stack.services().forEach(spec -> collect(spec.name(), () -> service(spec)));
    if (!faults.isEmpty()) {
      throw new InvalidSpecException(faults);
    }
    return new Deployment(
        List.copyOf(created), List.copyOf(updated), List.copyOf(unchanged), List.copyOf(removed));
  }

  private void collect(String name, Runnable step) {
    try {
      step.run();
    } catch (InvalidSpecException refused) {
      refused.faults().stream()
          .filter(fault -> !isToldOfExternal(fault))
          .forEach(fault -> faults.add(fault.under(name)));
    }
  }

  /** An external object that is missing is one fault, however many services want it. */
  private boolean isToldOfExternal(Fault fault) {
    return fault.code() == Fault.Code.UNKNOWN_REFERENCE
        && faults.stream()
            .anyMatch(told -> told.code() == fault.code() && told.value().equals(fault.value()));
  }

  private List<Fault> missingExternals() {
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
              + external.kind().name().toLowerCase(Locale.ROOT)
              + "; create it before the stack is deployed");
    }
    return check.faults();
  }

  private void network(NetworkSpec spec) {
    Network present = tx.networkNamed(spec.name());
    if (present != null) {
      Check.of("NetworkSpec")
          .that(
              present.spec().equals(spec),
              Fault.Code.UNSUPPORTED,
              "",
              spec,
              present.spec()
                  + ": networks do not change; give it another name, or remove the stack first")
          .orThrow();
      unchanged.add("network " + spec.name());
      return;
    }
    Admission.newNetwork(tx, spec, surroundings);
    tx.put(Network.create(ids.network(), spec));
    created.add("network " + spec.name());
  }

  private void secret(SecretSpec spec) {
    Secret present = tx.secretNamed(spec.name());
    if (present == null) {
      put(new Secret(ids.secret(), Meta.NEW, spec, 1));
      created.add("secret " + spec.name());
    } else if (!present.spec().data().equals(spec.data())) {
      put(new Secret(ids.secret(), Meta.NEW, spec, present.version() + 1));
      updated.add("secret " + spec.name());
    } else {
      unchanged.add("secret " + spec.name());
    }
  }

  private void config(ConfigSpec spec) {
    Config present = tx.configNamed(spec.name());
    if (present == null) {
      put(new Config(ids.config(), Meta.NEW, spec, 1));
      created.add("config " + spec.name());
    } else if (!present.spec().data().equals(spec.data())) {
      put(new Config(ids.config(), Meta.NEW, spec, present.version() + 1));
      updated.add("config " + spec.name());
    } else {
      unchanged.add("config " + spec.name());
    }
  }

  private <T extends StoreObject & VersionedPayload> void put(T payload) {
    collect(payload.which().name(), () -> Admission.payload(payload));
    tx.put(payload);
  }

  private void service(ServiceSpec wanted) {
    Service present = tx.serviceNamed(wanted.name());
    ServiceSpec spec = pins.pin(wanted, present == null ? null : present.spec());
    if (present == null) {
      admission.newService(spec);
      tx.put(Service.create(ids.service(), spec));
      created.add("service " + spec.name());
    } else if (present.spec().equals(spec)) {
      unchanged.add("service " + spec.name());
    } else {
      admission.changedService(present, spec);
      ServiceWrites.update(tx, present, spec);
      updated.add("service " + spec.name());
    }
  }

  private void prune() {
    Set<String> kept = stack.services().stream().map(ServiceSpec::name).collect(Collectors.toSet());
    for (Service service : List.copyOf(tx.services())) {
      if (!service.isRemoved()
          && stack.name().equals(service.spec().labels().get(Stack.NAMESPACE_LABEL))
          && !kept.contains(service.name())) {
        tx.put(service.withRemoved(tx.now()));
        removed.add("service " + service.name());
      }
    }
  }
}
