package io.swarm4j.internal;

import io.swarm4j.model.Cluster;
import io.swarm4j.model.Network;
import io.swarm4j.model.Node;
import io.swarm4j.model.Secret;
import io.swarm4j.model.Service;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.store.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a request made of one object on an older state may be stored on a newer one, which
 * still has that object as it was: what the request looked at beside it is looked at again.
 */
public final class Readmission {
  private Readmission() {}

  /**
   * Judges a change.
   *
   * @param state the newest state, without the change
   * @param made the object as the request left it
   * @return false as well where only the request itself can tell: it has to run again, and fails
   *     with its own reason if it must
   */
  public static boolean holds(State state, StoreObject made) {
    StoreObject present = state.object(made.id());
    try {
      if (made instanceof Service service) {
        service(state, (Service) present, service);
        return true;
      }
      if (made instanceof Network network && present == null) {
        Admission.newNetwork(state, network.spec(), NetworkSurroundings.NONE);
        return true;
      }
    } catch (SwarmException refused) {
      return false;
    }
    if (made instanceof VersionedPayload payload) {
      return present != null || follows(state, payload);
    }
    return made instanceof Cluster
        || (made instanceof Node after
            && present instanceof Node before
            && after.role() == before.role()
            && after.spec().role() == before.spec().role()); // else it depends on the quorum
  }

  private static void service(State state, @Nullable Service before, Service after) {
    // Which commands a machine has was judged where the request ran.
    Admission admission = new Admission(state, container -> List.of(), List.of());
    if (before == null) {
      admission.newService(after.spec());
    } else if (!after.isRemoved()) {
      admission.changedService(before, after.spec());
    }
  }

  /** Whether a secret or config is the next version of its name, or the first. */
  private static boolean follows(State state, VersionedPayload made) {
    String name = made.which().name();
    VersionedPayload latest =
        made instanceof Secret ? state.secretNamed(name) : state.configNamed(name);
    return made.which().version() == (latest == null ? 1 : latest.which().version() + 1);
  }
}
