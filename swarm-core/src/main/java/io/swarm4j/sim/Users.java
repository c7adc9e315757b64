package io.swarm4j.sim;

import io.swarm4j.model.Node;
import io.swarm4j.model.NodeSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.orchestrator.ServiceWrites;
import io.swarm4j.store.Transaction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

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
            ServiceWrites.update(tx, service, change.apply(service.spec()));
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
