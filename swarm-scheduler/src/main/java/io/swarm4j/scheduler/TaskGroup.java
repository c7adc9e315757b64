package io.swarm4j.scheduler;

import io.swarm4j.model.GenericResource;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Mount.MountType;
import io.swarm4j.model.Placement.SpreadPreference;
import io.swarm4j.model.Resources;
import io.swarm4j.model.ServiceSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All tasks of one service and spec version: whatever holds for the placement of one of them holds
 * for all.
 */
final class TaskGroup {
  final ServiceUsage service;
  final long version;
  final ServiceSpec spec;

  /** Reserved by each task. */
  final long cpu;

  final long memory;
  final List<GenericResource> generic;

  /** Opened by each task on its node. */
  final int[] ports;

  /** Most tasks of the service on one node, 0 for no limit. */
  final int mostPerNode;

  final List<Mount> clusterMounts;
  final List<SpreadPreference> preferences;

  /** Users' filters that apply, by their number; {@link Extensions} knows them. */
  final Extensions.Choice filters;

  final Needs needs;

  /** Nodes that are what the tasks need. */
  final NodeSet.Shared nature;

  /** Nodes with enough CPU and memory; null if none is reserved. */
  final NodeSet.@Nullable Shared room;

  /** Whether a node's room is a matter of CPU and memory alone. */
  final boolean simple;

  /** Tasks that are accounted or wait. */
  int users;

  @Nullable FailureLog failures;

  /** Tasks that wait for a node; null if none does. */
  @Nullable WaitingTasks waiting;

  /** Where sets of nodes come from that groups share. */
  interface Sets {
    NodeSet.Shared nature(TaskGroup group);

    NodeSet.Shared room(TaskGroup group);
  }

  TaskGroup(
      ServiceUsage service,
      long version,
      ServiceSpec spec,
      Extensions.Choice filters,
      Needs needs,
      Sets sets) {
    this.service = service;
    this.version = version;
    this.spec = spec;
    Resources reserved = spec.task().resources().reserved();
    this.cpu = reserved.nanoCpus();
    this.memory = reserved.memoryBytes();
    this.generic = GenericPool.merged(reserved.generic());
    this.ports = PortCounts.of(spec.endpoint().ports());
    this.mostPerNode = spec.task().placement().maxReplicasPerNode();
    this.clusterMounts =
        spec.task().container().mounts().stream()
            .filter(mount -> mount.type() == MountType.CLUSTER)
            .toList();
    this.preferences = spec.task().placement().preferences();
    this.filters = filters;
    this.needs = needs;
    this.nature = sets.nature(this);
    this.room = cpu == 0 && memory == 0 ? null : sets.room(this);
    this.simple =
        generic.isEmpty()
            && ports.length == 0
            && mostPerNode == 0
            && clusterMounts.isEmpty()
            && filters.isEmpty();
  }

  void forgetFailures(int slot) {
    if (failures != null) {
      failures.forget(slot);
    }
  }

  /** Recent failures on a node if they are many, else 0. */
  int weighingFailures(int slot) {
    return failures == null ? 0 : failures.weighing(slot);
  }
}
