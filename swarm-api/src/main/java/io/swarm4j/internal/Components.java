package io.swarm4j.internal;

import io.swarm4j.network.allocator.Allocator;
import io.swarm4j.network.allocator.AllocatorOptions;
import io.swarm4j.network.allocator.OverlayKeys;
import io.swarm4j.orchestrator.ConstraintEnforcer;
import io.swarm4j.orchestrator.DependencyGate;
import io.swarm4j.orchestrator.JobScheduler;
import io.swarm4j.orchestrator.PayloadChanges;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.orchestrator.RestartSupervisor;
import io.swarm4j.orchestrator.ServiceOrchestrator;
import io.swarm4j.orchestrator.TaskReaper;
import io.swarm4j.orchestrator.Updater;
import io.swarm4j.scheduler.PlacementOptions;
import io.swarm4j.scheduler.Scheduler;
import io.swarm4j.time.Chance;
import java.util.List;

/** What a manager consists of beside its dispatcher, in the order in which it follows up. */
public final class Components {
  private Components() {}

  /** Makes the components of one manager. */
  public static List<Reconciler> of(AllocatorOptions allocation, PlacementOptions placement) {
    RestartSupervisor restarts = new RestartSupervisor();
    return List.of(
        restarts,
        new PayloadChanges(),
        new JobScheduler(CronCalendar.INSTANCE),
        // before those who repair, so that these see whether a failure has paused a roll-out
        new Updater(restarts),
        new ServiceOrchestrator(restarts),
        new DependencyGate(),
        new ConstraintEnforcer(restarts),
        new Allocator(allocation),
        new OverlayKeys(Chance.secure()),
        new Scheduler(placement),
        new TaskReaper());
  }
}
