package io.swarm4j.raft;

import io.swarm4j.store.View;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * What making a new group out of one surviving manager would do; nothing has been done yet.
 *
 * @param directory the survivor's
 * @param survivor its identity
 * @param group the group that it belongs to, and that it would leave
 * @param givenUp the other managers of that group; none of them takes part again unless its
 *     directory is emptied and it joins anew. While they run, they must not be left in touch with
 *     each other: a majority of them would go on as the old group
 * @param state what the survivor has. What only the others have is lost: changes that were
 *     confirmed while the survivor was cut off or down
 * @param lastIndex the survivor's last entry of the log
 * @param lastTerm the leadership in which it was made
 */
public record RecoveryPlan(
    Path directory,
    String survivor,
    UUID group,
    List<String> givenUp,
    View state,
    long lastIndex,
    long lastTerm) {

  /** For an operator to read before it is carried out. */
  public String describe() {
    return String.format(
        "manager %s would go on alone with revision %d (entry %d of leadership %d): %d nodes, %d"
            + " services, %d tasks, %d secrets, %d configs, %d networks.%nManagers given up: %s.%n"
            + "Lost: every change after revision %d that only they have confirmed.",
        survivor,
        state.revision(),
        lastIndex,
        lastTerm,
        state.nodes().size(),
        state.services().size(),
        state.taskCount(),
        state.secrets().size(),
        state.configs().size(),
        state.networks().size(),
        givenUp.isEmpty() ? "none" : String.join(", ", givenUp),
        state.revision());
  }
}
