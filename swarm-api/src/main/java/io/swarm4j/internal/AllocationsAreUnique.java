package io.swarm4j.internal;

import io.swarm4j.network.allocator.AllocationAudit;
import io.swarm4j.network.allocator.AllocationCheck;
import io.swarm4j.sim.Invariant;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Subnets, addresses and published ports have one holder each, and every holder lives. */
final class AllocationsAreUnique implements Invariant {
  private @Nullable AllocationAudit audit;

  @Override
  public String name() {
    return "an address, VIP or port has exactly one holder, and every holder lives";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    if (audit == null || audit.revision() != commit.before().revision()) {
      audit = AllocationAudit.of(commit.before(), breach);
    }
    audit.follow(commit, breach);
  }

  @Override
  public void check(State state, Consumer<String> breach) {
    AllocationCheck.verify(state).forEach(breach);
  }
}
