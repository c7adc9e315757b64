package io.swarm4j.stream;

import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Decides who may reach into a task. Called for every attempt, on the caller's thread. */
@FunctionalInterface
public interface AccessPolicy {

  /** Lets everybody do everything; what stands before the swarm decides. */
  AccessPolicy OPEN = access -> Optional.empty();

  /** Why not; empty if it is allowed. */
  Optional<String> refusal(Access access);

  /**
   * An attempt.
   *
   * @param actor on whose behalf; empty for the program that holds the swarm
   * @param action what is asked for
   * @param task the task
   * @param taskName its name, such as {@code web.4}
   * @param service the spec that it runs
   * @param command the command, empty unless the action is {@link Action#EXEC}
   */
  record Access(
      String actor,
      Action action,
      Task task,
      String taskName,
      ServiceSpec service,
      List<String> command) {
    public Access {
      command = List.copyOf(command);
    }
  }

  /** Ways to reach into a task. */
  enum Action {
    EXEC,
    ATTACH;

    /** Its name in texts. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
