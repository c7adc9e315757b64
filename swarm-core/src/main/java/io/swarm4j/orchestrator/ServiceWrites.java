package io.swarm4j.orchestrator;

import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.RolloutRecord.Outcome;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.model.UpdatePolicy.WhilePaused;
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
    if (spec.equals(service.spec())) {
      return isPaused(service) ? tx.put(service.withUpdateStatus(null)) : service;
    }
    return tx.put(revise(tx, service, spec).withUpdateStatus(null));
  }

  /** Whether a roll-out of the service has failed and waits for somebody to decide. */
  public static boolean isPaused(Service service) {
    UpdateStatus status = service.updateStatus();
    return status != null
        && (status.state() == State.PAUSED || status.state() == State.ROLLBACK_PAUSED);
  }

  /** Whether a roll-out of the service has begun and not come to its end. */
  static boolean isRollingOut(Service service) {
    UpdateStatus status = service.updateStatus();
    return isPaused(service)
        || (status != null
            && (status.state() == State.UPDATING || status.state() == State.ROLLBACK_STARTED));
  }

  /** The policy under which the present spec is rolled out, or was. */
  public static UpdatePolicy rolloutPolicy(Service service) {
    UpdateStatus status = service.updateStatus();
    boolean rollback =
        status != null
            && (status.state() == State.ROLLBACK_STARTED
                || status.state() == State.ROLLBACK_PAUSED
                || status.state() == State.ROLLBACK_COMPLETED);
    return rollback ? service.spec().effectiveRollback() : service.spec().effectiveUpdate();
  }

  /** Whether a slot may have a new task beside an old one, under any spec that is kept. */
  public static boolean mayStartFirst(Service service) {
    return startsFirst(service.spec())
        || service.history().stream().anyMatch(revision -> startsFirst(revision.spec()));
  }

  private static boolean startsFirst(ServiceSpec spec) {
    return spec.effectiveUpdate().order() == UpdateOrder.START_FIRST
        || spec.effectiveRollback().order() == UpdateOrder.START_FIRST;
  }

  /** Whether a task that has ended is not to be replaced until its roll-out goes on. */
  static boolean holds(Service service, Task task) {
    return isPaused(service)
        && rolloutPolicy(service).whilePaused() == WhilePaused.HOLD
        && task.specVersion() == service.specVersion();
  }

  /** Has all tasks of a service replaced, though nothing else changes. */
  public static Service force(Transaction tx, Service service) {
    TaskSpec task = service.spec().task();
    return update(
        tx, service, service.spec().withTask(task.withForceUpdate(task.forceUpdate() + 1)));
  }

  /**
   * Brings an earlier spec back in force, on request.
   *
   * @param version which one; the one before the present is {@link Service#previousVersion}
   * @throws NotFoundException if the service has no such version, or keeps it no longer
   */
  public static Service rollback(Transaction tx, Service service, long version) {
    return tx.put(
        revise(tx, service, kept(service, version))
            .withUpdateStatus(
                new UpdateStatus(
                    State.ROLLBACK_STARTED, tx.now(), null, "manually requested rollback")));
  }

  /** The same because the present spec's roll-out failed; there is no way back from that. */
  static Service rollbackFailed(Transaction tx, Service service, String why) {
    Service failed = RolloutLog.ended(service, tx.now(), Outcome.FAILED, why);
    return tx.put(
        revise(tx, failed, kept(service, service.previousVersion()))
            .withPreviousVersion(0)
            .withUpdateStatus(new UpdateStatus(State.ROLLBACK_STARTED, tx.now(), null, why)));
  }

  /**
   * A spec that the service has or had.
   *
   * @throws NotFoundException if it has no such version, or keeps it no longer
   */
  public static ServiceSpec kept(Service service, long version) {
    ServiceSpec spec = service.specAt(version);
    if (spec == null) {
      throw new NotFoundException(
          "service "
              + service.name()
              + " keeps no spec of version "
              + version
              + "; it is at version "
              + service.specVersion()
              + " and keeps "
              + service.history().stream().map(Service.SpecRevision::version).toList());
    }
    return spec;
  }

  private static Service revise(Transaction tx, Service service, ServiceSpec spec) {
    int keep = tx.cluster().spec().specHistoryLimit();
    Set<Long> inUse = new HashSet<>();
    if (service.history().size() + 1 > keep) {
      for (Task task : tx.tasksOf(service.id())) {
        inUse.add(task.specVersion());
      }
    }
    return RolloutLog.superseded(service, tx.now()).withNewSpec(spec, keep, inUse);
  }
}
