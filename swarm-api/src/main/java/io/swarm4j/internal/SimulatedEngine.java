package io.swarm4j.internal;

import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.network.Networks;
import io.swarm4j.network.allocator.AllocationCheck;
import io.swarm4j.network.allocator.Allocator;
import io.swarm4j.network.allocator.AllocatorOptions;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.scheduler.PlacementOptions;
import io.swarm4j.sim.Invariant;
import io.swarm4j.sim.SimulatedParts;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import io.swarm4j.time.Ids;
import java.util.ArrayList;
import java.util.List;

/** The whole engine, as a simulated swarm needs it. */
public final class SimulatedEngine implements SimulatedParts {
  /** Room for a million tasks, and no part of the pools of overlays. */
  private static final String INGRESS = "172.16.0.0/12";

  @Override
  public List<Reconciler> components() {
    return Components.of(
        AllocatorOptions.DEFAULT.withAddressForEveryTask(true), PlacementOptions.DEFAULT);
  }

  @Override
  public void bootstrap(Transaction tx, Ids ids) {
    if (Networks.ingress(tx) == null) {
      tx.put(
          Network.create(
              ids.network(),
              NetworkSpecBuilder.builder()
                  .name("ingress")
                  .ingress(true)
                  .pools(List.of(NetworkSpec.IpPool.of(INGRESS)))
                  .build()));
    }
  }

  @Override
  public List<String> inconsistencies(List<? extends Reconciler> components, State atRest) {
    List<String> wrong = new ArrayList<>(AllocationCheck.needlessWaits(atRest));
    for (Reconciler component : components) {
      if (component instanceof Allocator allocator) {
        wrong.addAll(allocator.differences(atRest));
      }
    }
    return wrong;
  }

  @Override
  public List<Invariant> invariants() {
    return List.of(new AllocationsAreUnique());
  }
}
