package io.swarm4j.internal;

import io.swarm4j.model.Network;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.network.allocator.AllocationCheck;
import io.swarm4j.sim.Invariant;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.function.Consumer;

/** Subnets, addresses and published ports have one holder each, and every holder lives. */
final class AllocationsAreUnique implements Invariant {
  /**
   * Tasks from which not every commit is checked as a whole, which takes time with their number.
   */
  private static final int LARGE = 2_000;

  private static final int SAMPLING = 64;

  private long commits;

  @Override
  public String name() {
    return "an address, VIP or port has exactly one holder, and every holder lives";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    boolean concerns =
        commit.changes().stream().anyMatch(AllocationsAreUnique::concernsAllocations);
    boolean due = commit.after().taskCount() < LARGE || ++commits % SAMPLING == 0;
    if (concerns && due) {
      check(commit.after(), breach);
    }
  }

  private static boolean concernsAllocations(Change change) {
    if (change.latest() instanceof Task after) {
      return !(change.before() instanceof Task before)
          || change.after() == null
          || !before.attachments().equals(after.attachments());
    }
    return change.latest() instanceof Network || change.latest() instanceof Service;
  }

  @Override
  public void check(State state, Consumer<String> breach) {
    AllocationCheck.verify(state).forEach(breach);
  }
}
