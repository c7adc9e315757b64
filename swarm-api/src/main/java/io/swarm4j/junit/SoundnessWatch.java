package io.swarm4j.junit;

import io.swarm4j.Swarm;
import io.swarm4j.sim.Invariants;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Checks the engine's invariants at each change of a swarm, be it simulated or real, until it is
 * closed. Thread-safe.
 */
public final class SoundnessWatch implements AutoCloseable {
  private final List<String> breaches = new CopyOnWriteArrayList<>();
  private final AutoCloseable watch;

  SoundnessWatch(Swarm swarm) {
    watch =
        swarm.watch(
            swarm.view().revision(),
            change -> true,
            Invariants.watcher(SwarmAssertions.invariants(), breaches::add));
  }

  /** What did not hold so far, in words. */
  public List<String> breaches() {
    return List.copyOf(breaches);
  }

  /**
   * Ends the watch.
   *
   * @throws AssertionError if something did not hold
   */
  @Override
  public void close() throws Exception {
    watch.close();
    if (!breaches.isEmpty()) {
      throw new AssertionError("the swarm was not sound: " + breaches);
    }
  }
}
