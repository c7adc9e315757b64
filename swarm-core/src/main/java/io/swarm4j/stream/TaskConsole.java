package io.swarm4j.stream;

import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.protocol.FromTask.End;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.agent.protocol.TaskRequest;
import io.swarm4j.event.AuditEvent;
import io.swarm4j.event.AuditTrail;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.Task;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.store.State;
import io.swarm4j.stream.AccessPolicy.Access;
import io.swarm4j.stream.AccessPolicy.Action;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reaches into tasks, wherever they run: as far as the policy allows it, and on the record.
 * Thread-safe; no method blocks.
 */
public final class TaskConsole {
  private final NodeStreams streams;
  private final Supplier<Instant> clock;
  private final Executor threads;
  private final AccessPolicy policy;
  private final AuditTrail audit;
  private final AtomicLong lastSession = new AtomicLong();

  /**
   * A console that works by way of a manager.
   *
   * @param threads on which the caller's streams are read and written; they may block
   */
  public TaskConsole(
      NodeStreams streams,
      Supplier<Instant> clock,
      Executor threads,
      AccessPolicy policy,
      AuditTrail audit) {
    this.streams = streams;
    this.clock = clock;
    this.threads = threads;
    this.policy = policy;
    this.audit = audit;
  }

  /**
   * Runs a command beside a task.
   *
   * @param state tells name and spec of the task
   * @return its exit fails with {@link UnavailableException} if the node is out of reach, with
   *     {@link ConflictException} if the runtime refuses
   * @throws PermissionDeniedException if the policy does not allow it
   */
  public Interaction exec(State state, Task task, ExecSpec spec, ExecStreams local) {
    String name = state.nameOf(task);
    authorise(
        new Access(spec.actor(), Action.EXEC, task, name, state.specOf(task), spec.command()));
    NodeId node = nodeOf(task, name);
    long session = lastSession.incrementAndGet();
    audit.record(
        new AuditEvent.ExecStarted(
            clock.get(), spec.actor(), task.id(), name, session, spec.command(), spec.tty()));
    return begin(
        node,
        new TaskRequest.Exec(task.id(), spec),
        spec.stdin(),
        local,
        new Record(spec.actor(), task, name, session));
  }

  /**
   * Connects to the input and outputs of a task; see {@link #exec}.
   *
   * @param stdin whether input is passed on
   */
  public Interaction attach(
      State state, Task task, String actor, boolean stdin, ExecStreams local) {
    String name = state.nameOf(task);
    authorise(new Access(actor, Action.ATTACH, task, name, state.specOf(task), List.of()));
    NodeId node = nodeOf(task, name);
    long session = lastSession.incrementAndGet();
    audit.record(new AuditEvent.AttachStarted(clock.get(), actor, task.id(), name, session, stdin));
    return begin(
        node,
        new TaskRequest.Attach(task.id(), stdin),
        stdin,
        local,
        new Record(actor, task, name, session));
  }

  private void authorise(Access access) {
    Optional<String> refusal = policy.refusal(access);
    if (refusal.isPresent()) {
      String action = access.action().text();
      audit.record(
          new AuditEvent.AccessRefused(
              clock.get(),
              access.actor(),
              access.task().id(),
              access.taskName(),
              action,
              refusal.get()));
      throw new PermissionDeniedException(
          action + " into " + access.taskName() + " is not allowed: " + refusal.get());
    }
  }

  private static NodeId nodeOf(Task task, String name) {
    if (task.nodeId() == null) {
      throw new ConflictException(
          "task " + name + " does not run: it is " + task.state().text() + " and has no node yet");
    }
    return task.nodeId();
  }

  private Interaction begin(
      NodeId node, TaskRequest request, boolean stdin, ExecStreams local, Record record) {
    RemoteInteraction interaction = new RemoteInteraction(local, stdin, threads, record::ended);
    interaction.begin(receiver -> streams.open(node, request, RemoteInteraction.CREDIT, receiver));
    return interaction;
  }

  /**
   * Ends what runs a task, as if it had failed by itself.
   *
   * @return completes once it has ended; fails with {@link NotFoundException} if the node has
   *     nothing of the task
   */
  public CompletionStage<@Nullable Void> stop(Task task, String name, Duration grace) {
    return tell(nodeOf(task, name), new TaskRequest.Stop(task.id(), grace));
  }

  /**
   * Sends a signal to what runs a task.
   *
   * @param signal such as {@code HUP}
   * @return completes once it is sent; see {@link #stop}
   */
  public CompletionStage<@Nullable Void> signal(Task task, String name, String signal) {
    return tell(nodeOf(task, name), new TaskRequest.Signal(task.id(), signal));
  }

  private CompletionStage<@Nullable Void> tell(NodeId node, TaskRequest request) {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    streams.open(
        node,
        request,
        0,
        part -> {
          if (part instanceof End end && end.outcome() instanceof Outcome.Failed failed) {
            done.completeExceptionally(RemoteInteraction.exception(failed.cause(), failed.text()));
          } else if (part instanceof End) {
            done.complete(null);
          }
        });
    return done.minimalCompletionStage();
  }

  /** Whose interaction it is, for the audit trail. */
  private final class Record {
    private final String actor;
    private final Task task;
    private final String name;
    private final long session;

    Record(String actor, Task task, String name, long session) {
      this.actor = actor;
      this.task = task;
      this.name = name;
      this.session = session;
    }

    void ended(@Nullable Integer code, @Nullable Throwable failure) {
      String why = failure == null ? "" : String.valueOf(failure.getMessage());
      audit.record(
          new AuditEvent.InteractionEnded(clock.get(), actor, task.id(), name, session, code, why));
    }
  }
}
