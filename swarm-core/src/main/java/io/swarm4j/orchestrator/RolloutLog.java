package io.swarm4j.orchestrator;

import io.swarm4j.model.RolloutRecord;
import io.swarm4j.model.RolloutRecord.Kind;
import io.swarm4j.model.RolloutRecord.Outcome;
import io.swarm4j.model.Service;
import io.swarm4j.model.Service.SpecRevision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps a service's records of its roll-outs. */
final class RolloutLog {
  private RolloutLog() {}

  /** The service with a record of the roll-out of its present spec, which begins or goes on. */
  static Service begun(Service service, Instant now, boolean rollback, String why) {
    RolloutRecord last = last(service);
    if (last != null && last.toVersion() == service.specVersion()) {
      return last.outcome() == Outcome.UNDER_WAY ? service : replaceLast(service, last.resumed());
    }
    List<SpecRevision> history = service.history();
    long from = history.isEmpty() ? 0 : history.get(0).version();
    boolean failed = last != null && last.outcome() == Outcome.FAILED && last.toVersion() == from;
    Kind kind = !rollback ? Kind.UPDATE : failed ? Kind.AUTOMATIC_ROLLBACK : Kind.ROLLBACK;
    List<RolloutRecord> records = new ArrayList<>();
    records.add(
        new RolloutRecord(
            kind, from, service.specVersion(), now, null, Outcome.UNDER_WAY, rollback ? why : ""));
    for (RolloutRecord record : service.rollouts()) {
      if (records.size() < Service.MOST_ROLLOUTS) {
        records.add(record);
      }
    }
    return service.withRollouts(records);
  }

  /** The service with the outcome of the roll-out of its present spec, if there is one. */
  static Service ended(Service service, Instant now, Outcome outcome, String cause) {
    RolloutRecord last = last(service);
    return last == null || last.toVersion() != service.specVersion()
        ? service
        : replaceLast(service, last.ended(outcome, now, cause.isEmpty() ? last.cause() : cause));
  }

  /** The service whose last roll-out, if it is not over, gives way to another spec. */
  static Service superseded(Service service, Instant now) {
    RolloutRecord last = last(service);
    if (last == null || (last.outcome() != Outcome.UNDER_WAY && last.outcome() != Outcome.PAUSED)) {
      return service;
    }
    return replaceLast(service, last.ended(Outcome.SUPERSEDED, now, last.cause()));
  }

  private static @Nullable RolloutRecord last(Service service) {
    return service.rollouts().isEmpty() ? null : service.rollouts().get(0);
  }

  private static Service replaceLast(Service service, RolloutRecord record) {
    List<RolloutRecord> records = new ArrayList<>(service.rollouts());
    records.set(0, record);
    return service.withRollouts(records);
  }
}
