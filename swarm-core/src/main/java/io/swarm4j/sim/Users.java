package io.swarm4j.sim;

import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.Meta;
import io.swarm4j.model.Node;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.Service.SpecRevision;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.orchestrator.JobWrites;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.store.VersionedNames;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What users ask of a simulated swarm. A request that can not be fulfilled, because what it names
 * is not there or nobody leads, is noted in the trace and has no other effect.
 */
public final class Users {
  private Users() {}

  /** Creates a service. */
  public static void create(SimulatedCluster cluster, ServiceSpec spec) {
    request(
        cluster,
        "create service " + spec.name(),
        tx -> {
          if (tx.serviceNamed(spec.name()) == null) {
            requirePayloads(tx, spec);
            tx.put(Service.create(cluster.ids().service(), spec));
          }
        });
  }

  /** Changes the spec of a service. */
  public static void update(
      SimulatedCluster cluster, String name, UnaryOperator<ServiceSpec> change) {
    request(
        cluster,
        "update service " + name,
        tx -> {
          Service service = tx.serviceNamed(name);
          if (service != null) {
            ServiceSpec spec = change.apply(service.spec());
            requirePayloads(tx, spec);
            ServiceWrites.update(tx, service, spec);
          }
        });
  }

  private static void requirePayloads(State state, ServiceSpec spec) {
    for (PayloadReference reference : spec.task().container().payloads()) {
      if (VersionedNames.payload(state, reference) == null) {
        throw NotFoundException.of(reference.isSecret() ? "secret" : "config", reference.target());
      }
    }
  }

  /** Creates a secret, or another version of it. */
  public static void secret(SimulatedCluster cluster, String name, String text) {
    request(
        cluster,
        "write secret " + name,
        tx -> {
          Secret last = tx.secretNamed(name);
          int version = last == null ? 1 : last.version() + 1;
          tx.put(new Secret(cluster.ids().secret(), Meta.NEW, SecretSpec.of(name, text), version));
        });
  }

  /** Creates a config, or another version of it. */
  public static void config(SimulatedCluster cluster, String name, String text) {
    request(
        cluster,
        "write config " + name,
        tx -> {
          Config last = tx.configNamed(name);
          int version = last == null ? 1 : last.version() + 1;
          tx.put(new Config(cluster.ids().config(), Meta.NEW, ConfigSpec.of(name, text), version));
        });
  }

  /** Removes a secret with all its versions, unless a service refers to it or did so before. */
  public static void removeSecret(SimulatedCluster cluster, String name) {
    request(
        cluster,
        "remove secret " + name,
        tx -> {
          List<Secret> versions =
              tx.secrets().stream().filter(secret -> secret.spec().name().equals(name)).toList();
          if (tx.services().stream().noneMatch(service -> refersTo(service, versions))) {
            versions.forEach(version -> tx.delete(version.id()));
          }
        });
  }

  private static boolean refersTo(Service service, List<Secret> versions) {
    return Stream.concat(
            Stream.of(service.spec()), service.history().stream().map(SpecRevision::spec))
        .flatMap(spec -> spec.task().container().secrets().stream())
        .anyMatch(
            reference ->
                versions.stream()
                    .anyMatch(
                        secret ->
                            reference.follows(secret.which())
                                || reference
                                    .target()
                                    .equals(secret.spec().name() + "@" + secret.version())));
  }

  /** Starts a run of a job, unless another one goes on that excludes it. */
  public static void run(SimulatedCluster cluster, String name) {
    request(
        cluster,
        "run job " + name,
        tx -> {
          Service service = tx.serviceNamed(name);
          if (service != null && JobWrites.mayStart(service)) {
            JobWrites.start(tx, service, null, Map.of());
          }
        });
  }

  /** Puts the spec before the present one in force again, if there is one. */
  public static void rollback(SimulatedCluster cluster, String name) {
    request(
        cluster,
        "roll service " + name + " back",
        tx -> {
          Service service = tx.serviceNamed(name);
          if (service != null && service.previousSpec() != null) {
            ServiceWrites.rollback(tx, service, service.previousVersion());
          }
        });
  }

  /** Removes a service. */
  public static void remove(SimulatedCluster cluster, String name) {
    request(
        cluster,
        "remove service " + name,
        tx -> {
          Service service = tx.serviceNamed(name);
          if (service != null) {
            tx.put(service.withRemoved(tx.now()));
          }
        });
  }

  /** Changes what operators want of a node. */
  public static void node(
      SimulatedCluster cluster, String machine, UnaryOperator<NodeSpec> change) {
    if (!cluster.machines().contains(machine)) {
      return;
    }
    request(
        cluster,
        "update node " + machine,
        tx -> {
          Node node = tx.node(cluster.node(machine));
          if (node != null) {
            tx.put(node.withSpec(change.apply(node.spec())));
          }
        });
  }

  /** Makes a machine a manager or a worker; the last manager stays one. */
  public static void role(SimulatedCluster cluster, String machine, NodeRole role) {
    if (!cluster.machines().contains(machine)) {
      return;
    }
    request(
        cluster,
        "make " + machine + " a " + role,
        tx -> {
          Node node = tx.node(cluster.node(machine));
          boolean others =
              tx.nodes().stream()
                  .anyMatch(
                      other ->
                          other.spec().role() == NodeRole.MANAGER
                              && other.role() == NodeRole.MANAGER
                              && !other.equals(node));
          if (node != null && others) {
            tx.put(node.withSpec(node.spec().withRole(role)));
          }
        });
  }

  private static void request(
      SimulatedCluster cluster, String what, Consumer<Transaction> request) {
    cluster.note("users: " + what);
    cluster
        .submit(
            tx -> {
              request.accept(tx);
              return what;
            })
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                cluster.note("users: " + what + " failed: " + failure.getMessage());
              }
            });
  }
}
