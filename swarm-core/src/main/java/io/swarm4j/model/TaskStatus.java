package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a task.
 *
 * @param state how far it has come
 * @param at when it came there
 * @param message short text as in the reference, such as {@code started}
 * @param err error text, empty if there is none
 * @param reason why it is not running; null while it runs
 * @param container the thing that runs; null before there is one
 * @param health what its health checks say; null without a check, or before the first has started
 */
@RecordBuilder
public record TaskStatus(
    TaskState state,
    Instant at,
    String message,
    String err,
    @Nullable Reason reason,
    @Nullable ContainerStatus container,
    @Nullable TaskHealth health)
    implements TaskStatusBuilder.With {

  public TaskStatus {
    if (state != TaskState.RUNNING && reason == null) {
      reason = Reason.InProgress.of(state);
    }
  }

  /** A status of a task without health checks. */
  public TaskStatus(
      TaskState state,
      Instant at,
      String message,
      String err,
      @Nullable Reason reason,
      @Nullable ContainerStatus container) {
    this(state, at, message, err, reason, container, null);
  }

  /** A status without error or container. */
  public static TaskStatus of(TaskState state, Instant at, String message) {
    return new TaskStatus(state, at, message, "", null, null);
  }

  /**
   * The status of a task that its managers brought further; a wait for its turn in the slot goes
   * on.
   */
  public TaskStatus advance(TaskState newState, Instant newAt, String newMessage) {
    Reason kept = reason != null && reason.isHold() ? reason : null;
    return new TaskStatus(
        newState, newAt, newMessage, kept == null ? "" : err, kept, container, health);
  }

  /** The same with an error and its typed cause; null if nothing holds the task up any more. */
  public TaskStatus because(@Nullable Reason newReason, String newErr) {
    return new TaskStatus(state, at, message, newErr, newReason, container, health);
  }

  /** Whether clients may be sent to it: it runs, in reach, and its health checks agree. */
  public boolean isReady() {
    return state == TaskState.RUNNING
        && !(reason instanceof Reason.NodeLost)
        && (health == null || health.ready());
  }

  /**
   * The container, process or code that runs a task.
   *
   * @param id identity given by the runtime
   * @param pid process id, 0 where there is none
   * @param exitCode exit code; null until it has ended
   * @param exposedPorts TCP ports that it listens on, as far as the runtime knows
   * @param address address at which its node reaches it, where that is none of the task's
   *     attachments; null otherwise
   * @param payloads versions of secrets and configs that it has in place
   */
  public record ContainerStatus(
      String id,
      long pid,
      @Nullable Integer exitCode,
      List<Integer> exposedPorts,
      @Nullable Ip address,
      List<PayloadVersion> payloads) {
    public ContainerStatus {
      exposedPorts = Copies.list(exposedPorts);
      payloads = Copies.list(payloads);
    }

    /** Of what is reached at the task's attachments. */
    public ContainerStatus(
        String id, long pid, @Nullable Integer exitCode, List<Integer> exposedPorts) {
      this(id, pid, exitCode, exposedPorts, null);
    }

    /** One without secrets and configs. */
    public ContainerStatus(
        String id,
        long pid,
        @Nullable Integer exitCode,
        List<Integer> exposedPorts,
        @Nullable Ip address) {
      this(id, pid, exitCode, exposedPorts, address, List.of());
    }

    /** The same once it has ended. */
    public ContainerStatus ended(int code) {
      return new ContainerStatus(id, pid, code, exposedPorts, address, payloads);
    }

    /** The same with other versions of secrets and configs. */
    public ContainerStatus withPayloads(List<PayloadVersion> inPlace) {
      return new ContainerStatus(id, pid, exitCode, exposedPorts, address, inPlace);
    }
  }
}
