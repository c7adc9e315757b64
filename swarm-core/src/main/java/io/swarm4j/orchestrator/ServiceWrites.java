package io.swarm4j.orchestrator;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.UpdateStatus;
import io.swarm4j.model.UpdateStatus.State;
import io.swarm4j.store.Transaction;
import java.util.HashSet;
import java.util.Set;

/** The ways in which a service's spec changes. */
public final class ServiceWrites {
  private ServiceWrites() {}

  /**
   * Puts a new spec in force. An equal spec changes nothing, but for a paused roll-out, which it
   * lets go on.
   *
   * @return the service as stored
   */
  public static Service update(Transaction tx, Service service, ServiceSpec spec) {
    UpdateStatus status = service.updateStatus();
    if (spec.equals(service.spec())) {
      boolean paused =
          status != null
              && (status.state() == State.PAUSED || status.state() == State.ROLLBACK_PAUSED);
      return paused ? tx.put(service.withUpdateStatus(null)) : service;
    }
    return tx.put(revise(tx, service, spec).withUpdateStatus(null));
  }

  /**
   * Brings the spec before the present one back in force, on request.
   *
   * @throws IllegalStateException if there is none, which the caller has ruled out
   */
  public static Service rollback(Transaction tx, Service service) {
    return tx.put(
        revise(tx, service, previous(service))
            .withUpdateStatus(
                new UpdateStatus(
                    State.ROLLBACK_STARTED, tx.now(), null, "manually requested rollback")));
  }

  /** The same because the present spec's roll-out failed; there is no way back from that. */
  static Service rollbackFailed(Transaction tx, Service service, String why) {
    return tx.put(
        revise(tx, service, previous(service))
            .withPreviousVersion(0)
            .withUpdateStatus(new UpdateStatus(State.ROLLBACK_STARTED, tx.now(), null, why)));
  }

  private static ServiceSpec previous(Service service) {
    ServiceSpec previous = service.previousSpec();
    if (previous == null) {
      throw new IllegalStateException("service " + service.id() + " does not have a previous spec");
    }
    return previous;
  }

  private static Service revise(Transaction tx, Service service, ServiceSpec spec) {
    int keep = tx.cluster().spec().specHistoryLimit();
    Set<Long> inUse = new HashSet<>();
    if (service.history().size() + 1 > keep) {
      for (Task task : tx.tasksOf(service.id())) {
        inUse.add(task.specVersion());
      }
    }
    return service.withNewSpec(spec, keep, inUse);
  }
}
