package io.swarm4j.orchestrator;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.UpdatePolicy;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One roll-out under way: the slots that wait, those in progress, and what failed. */
final class Rollout {
  final ServiceId service;
  final long specVersion;
  final UpdatePolicy policy;
  final boolean rollback;
  final ArrayDeque<SlotKey> waiting;
  final int total;
  final Map<TaskId, Replacement> byNewTask = new HashMap<>();
  final Set<TaskId> failed = new HashSet<>();
  int busy;
  boolean finishing;
  Instant lastProgress;

  Rollout(
      Service service, UpdatePolicy policy, boolean rollback, List<SlotKey> dirty, Instant now) {
    this.service = service.id();
    this.specVersion = service.specVersion();
    this.policy = policy;
    this.rollback = rollback;
    this.waiting = new ArrayDeque<>(dirty);
    this.total = dirty.size();
    this.lastProgress = now;
  }

  boolean mayStartAnother() {
    return !waiting.isEmpty() && (policy.parallelism() == 0 || busy < policy.parallelism());
  }

  boolean isExhausted() {
    return waiting.isEmpty() && busy == 0;
  }

  boolean failedTooOften() {
    return (double) failed.size() / total > policy.maxFailureRatio();
  }

  /** A slot whose task is being replaced. */
  static final class Replacement {
    final SlotKey slot;
    @Nullable Instant runningSince;
    boolean settled;

    Replacement(SlotKey slot) {
      this.slot = slot;
    }
  }
}
