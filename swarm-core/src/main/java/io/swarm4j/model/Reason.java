package io.swarm4j.model;

import io.swarm4j.model.Placement.Platform;
import java.time.Instant;
import java.util.List;

/** Why a task is not running, as data. */
public sealed interface Reason {

  /** Whether it says that a task is made ready and waits to be let go, however far its node is. */
  default boolean isHold() {
    return this instanceof Waiting
        || this instanceof RestartDelay
        || this instanceof CrashLoop
        || this instanceof AwaitingPredecessor;
  }

  /** It is on its way; nothing holds it up. */
  record InProgress(TaskState state) implements Reason {
    private static final List<InProgress> ALL =
        java.util.Arrays.stream(TaskState.values()).map(InProgress::new).toList();

    /** The shared instance for a state. */
    public static InProgress of(TaskState state) {
      return ALL.get(state.ordinal());
    }
  }

  /** No address, subnet or port was free. */
  record Allocation(String resource, String detail) implements Reason {}

  /**
   * No node takes it.
   *
   * @param verdicts how many nodes each filter refused, most first
   */
  record NoSuitableNode(List<FilterVerdict> verdicts) implements Reason {
    public NoSuitableNode {
      verdicts = List.copyOf(verdicts);
    }
  }

  /** A filter and the number of nodes that it refused. */
  record FilterVerdict(String filter, int nodes, String text) {}

  /** A service that it depends on has not reached the wanted state. */
  record Waiting(String service, Dependency.DependencyCondition condition) implements Reason {}

  /** It waits for the restart delay to pass. */
  record RestartDelay(Instant until) implements Reason {}

  /** Its slot fails again and again: the delay grows. */
  record CrashLoop(int failures, Instant until) implements Reason {}

  /** It waits for the task before it in the slot to end. */
  record AwaitingPredecessor(TaskId predecessor) implements Reason {}

  /** The image is being fetched or could not be. */
  record Image(String image, String detail) implements Reason {}

  /** It could not be prepared or started. */
  record StartFailed(String detail) implements Reason {}

  /** It has started and waits for its first successful health check. */
  record AwaitingHealth(String detail) implements Reason {}

  /** It ended by itself. */
  record Exited(int exitCode) implements Reason {}

  /** It was ended because its health check failed. */
  record Unhealthy(int failures, String detail) implements Reason {}

  /** It was told to end: scale-down, update, drain, removal. */
  record Stopped(String cause) implements Reason {}

  /** Its node left, is down or was removed. */
  record NodeLost(NodeId node, String detail) implements Reason {}

  /** Its node no longer satisfies the constraints or resources. */
  record ConstraintViolated(String detail) implements Reason {}

  /** A quota is used up. */
  record Quota(String quota, String detail) implements Reason {}

  /**
   * Its image was built for another kind of machine, which its node neither is nor emulates.
   *
   * @param image what the image was built for
   * @param node what its node is
   */
  record ForeignPlatform(Platform image, Platform node) implements Reason {

    /** Both platforms in words. */
    public String text() {
      return "the image is for " + name(image) + ", this node is " + name(node);
    }

    private static String name(Platform platform) {
      return platform.os() + "/" + platform.architecture();
    }
  }
}
