package io.swarm4j.event;

import io.swarm4j.model.TaskId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What somebody did, or tried to do, that leaves no trace in the swarm's state. */
public sealed interface AuditEvent {

  /** When. */
  Instant at();

  /** On whose behalf; empty for the program that holds the swarm. */
  String actor();

  /** The task that was reached for. */
  TaskId task();

  /** Name of that task, such as {@code web.4}. */
  String taskName();

  /**
   * A command was started beside a task.
   *
   * @param session tells what belongs together
   * @param command the command as asked for, which may hold what should not be shown
   */
  record ExecStarted(
      Instant at,
      String actor,
      TaskId task,
      String taskName,
      long session,
      List<String> command,
      boolean tty)
      implements AuditEvent {
    public ExecStarted {
      command = List.copyOf(command);
    }
  }

  /** Somebody has connected to a task. */
  record AttachStarted(
      Instant at, String actor, TaskId task, String taskName, long session, boolean stdin)
      implements AuditEvent {}

  /**
   * A command or connection has ended.
   *
   * @param exitCode exit code; null if it never ran or was cut off
   * @param failure why there is no exit code; empty if there is one
   */
  record InteractionEnded(
      Instant at,
      String actor,
      TaskId task,
      String taskName,
      long session,
      @Nullable Integer exitCode,
      String failure)
      implements AuditEvent {}

  /**
   * The access policy refused.
   *
   * @param action what was asked for, such as {@code exec}
   * @param why what the policy said
   */
  record AccessRefused(
      Instant at, String actor, TaskId task, String taskName, String action, String why)
      implements AuditEvent {}
}
