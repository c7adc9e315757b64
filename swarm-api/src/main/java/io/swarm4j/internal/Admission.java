package io.swarm4j.internal;

import io.swarm4j.model.Check;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Dependency;
import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.network.Networks;
import io.swarm4j.network.endpoint.ServiceBalancing;
import io.swarm4j.network.ports.PortConflicts;
import io.swarm4j.orchestrator.DependencyCycle;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a spec must satisfy beyond its own fields: that names are free and references lead
 * somewhere. All faults are reported together, before anything is stored.
 */
final class Admission {
  private final State state;
  private final Function<ContainerSpec, List<Fault>> unanswerable;
  private final Collection<ServiceSpec> together;

  /**
   * Admission to a state.
   *
   * @param unanswerable finds the probes of a container that no node could answer
   * @param together services that are created or changed in the same step, and may refer to each
   *     other
   */
  Admission(
      State state,
      Function<ContainerSpec, List<Fault>> unanswerable,
      Collection<ServiceSpec> together) {
    this.state = state;
    this.unanswerable = unanswerable;
    this.together = together;
  }

  /** Refuses a service that must not be created. */
  void newService(ServiceSpec spec) {
    Service taken = state.serviceNamed(spec.name());
    if (taken != null) {
      throw new ConflictException(
          ConflictException.Kind.EXISTS,
          "name conflicts with an existing object: service " + taken.name() + " already exists");
    }
    references(spec, null).orThrow();
  }

  /** Refuses a spec that a service must not get. */
  void changedService(Service service, ServiceSpec spec) {
    references(spec, service.id())
        .that(
            spec.name().equals(service.name()),
            Fault.Code.UNSUPPORTED,
            "name",
            spec.name(),
            service.name() + ": renaming services is not supported")
        .that(
            spec.mode().getClass() == service.spec().mode().getClass(),
            Fault.Code.UNSUPPORTED,
            "mode",
            spec.mode(),
            service.spec().mode().getClass().getSimpleName()
                + ": service mode change is not allowed")
        .orThrow();
  }

  private Check references(ServiceSpec spec, @Nullable ServiceId self) {
    Check check = Check.of("ServiceSpec");
    TaskSpec task = spec.task();
    for (int i = 0; i < task.networks().size(); i++) {
      network(spec, task.networks().get(i), "task.networks[" + i + "]", check);
    }
    payloads(task.container(), check);
    unanswerable
        .apply(task.container())
        .forEach(fault -> check.addAll(List.of(fault.under("task.container"))));
    check.addAll(TemplateCheck.faults(state, spec));
    JobSchedule schedule = spec.effectiveJob().schedule();
    if (schedule != null) {
      check.addAll(CronCalendar.faults(schedule));
    }
    check.addAll(PortConflicts.check(state, spec, self));
    try {
      ServiceBalancing.of(spec.labels());
    } catch (InvalidSpecException bad) {
      check.addAll(bad.faults());
    }
    dependencies(spec, check);
    return check;
  }

  private void payloads(ContainerSpec container, Check check) {
    for (PayloadReference reference : container.payloads()) {
      String kind = reference.isSecret() ? "secret" : "config";
      check.that(
          VersionedNames.payload(state, reference) != null,
          Fault.Code.UNKNOWN_REFERENCE,
          "task.container." + kind + "s",
          reference.target(),
          "a " + kind + " that exists: " + kind + " not found: " + reference.target());
    }
  }

  /** That a template is one, as far as that can be told without the service that uses it. */
  static void payload(VersionedPayload payload) {
    if (payload.templated()) {
      Check check = Check.of(payload.which().secret() ? "SecretSpec" : "ConfigSpec");
      check.addAll(TemplateCheck.read(payload).faults("data")).orThrow();
    }
  }

  /** That the services exist that a service depends on, and that none waits for it in turn. */
  private void dependencies(ServiceSpec spec, Check check) {
    List<Dependency> dependencies = spec.task().dependsOn();
    if (dependencies.isEmpty()) {
      return;
    }
    Map<String, List<String>> waits = new HashMap<>();
    for (Service service : state.services()) {
      if (!service.isRemoved()) {
        waits.put(key(service.name()), dependenciesOf(service.spec()));
      }
    }
    together.forEach(other -> waits.put(key(other.name()), dependenciesOf(other)));
    waits.put(key(spec.name()), dependenciesOf(spec));
    for (int i = 0; i < dependencies.size(); i++) {
      String wanted = dependencies.get(i).service();
      check.that(
          waits.containsKey(key(wanted)),
          Fault.Code.UNKNOWN_REFERENCE,
          "task.dependsOn[" + i + "]",
          wanted,
          "a service that exists; create it first");
    }
    List<String> cycle = DependencyCycle.from(key(spec.name()), waits, new HashSet<>());
    check.that(
        cycle.isEmpty(),
        Fault.Code.CONTRADICTION,
        "task.dependsOn",
        String.join(" -> ", cycle),
        "services that do not wait for each other; leave out one of these");
  }

  private static List<String> dependenciesOf(ServiceSpec spec) {
    return spec.task().dependsOn().stream().map(Dependency::service).map(Admission::key).toList();
  }

  private static String key(String serviceName) {
    return serviceName.toLowerCase(Locale.ROOT);
  }

  private void network(ServiceSpec spec, NetworkAttachmentSpec wish, String path, Check check) {
    Network network = Networks.find(state, wish.network());
    check.that(
        network != null,
        Fault.Code.UNKNOWN_REFERENCE,
        path,
        wish.network(),
        "a network that exists: network " + wish.network() + " not found");
    if (network == null) {
      return;
    }
    check.that(
        !network.spec().ingress(),
        Fault.Code.CONTRADICTION,
        path,
        wish.network(),
        "another network: a service can not be explicitly attached to the ingress network");
    Ip address = wish.address();
    if (address != null) {
      boolean single = spec.mode() instanceof ServiceMode.Replicated mode && mode.replicas() <= 1;
      check
          .that(
              single,
              Fault.Code.CONTRADICTION,
              path + ".address",
              address,
              "no fixed address on a service with more than one task")
          .that(
              pools(network).stream().anyMatch(pool -> pool.subnet().contains(address)),
              path + ".address",
              address,
              "an address inside "
                  + pools(network).stream().map(pool -> pool.subnet().toString()).toList());
    }
  }

  private static List<NetworkSpec.IpPool> pools(Network network) {
    return network.pools().isEmpty() ? network.spec().pools() : network.pools();
  }

  /**
   * Refuses a network that cannot be.
   *
   * @param surroundings what it has to fit into
   */
  static void newNetwork(State state, NetworkSpec spec, NetworkSurroundings surroundings) {
    Network taken = state.networkNamed(spec.name());
    if (taken != null) {
      throw new ConflictException(
          ConflictException.Kind.EXISTS, "network with name " + taken.name() + " already exists");
    }
    Check check = Check.of("NetworkSpec");
    Network ingress = Networks.ingress(state);
    check.that(
        !spec.ingress() || ingress == null,
        Fault.Code.IN_USE,
        "ingress",
        true,
        "false: ingress network ("
            + (ingress == null ? "" : ingress.id())
            + ") is already present");
    check.addAll(surroundings.check(state, spec, null));
    check.orThrow();
  }
}
