package io.swarm4j.sim;

import io.swarm4j.model.Task;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.State;
import java.util.function.Consumer;

/** A task never goes back, never moves to another node, and never changes its slot. */
final class StatesOnlyMoveForward implements Invariant {

  @Override
  public String name() {
    return "state only moves forward";
  }

  @Override
  public void check(Commit commit, Consumer<String> breach) {
    for (Change change : commit.changes()) {
      if (change.before() instanceof Task before && change.after() instanceof Task after) {
        boolean forward =
            !after.state().isBefore(before.state())
                && !after.desiredState().isBefore(before.desiredState());
        boolean stays =
            (before.nodeId() == null || before.nodeId().equals(after.nodeId()))
                && before.slot().equals(after.slot())
                && before.specVersion() == after.specVersion();
        boolean over = before.state().isTerminal() && before.state() != after.state();
        if (!forward || !stays || over) {
          breach.accept("task " + before.id() + " went from " + before + " to " + after);
        }
      }
    }
  }

  /** One state alone has no direction. */
  @Override
  public void check(State state, Consumer<String> breach) {}
}
