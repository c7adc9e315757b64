package io.swarm4j.stream;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.model.Check;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Node;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the output of several tasks is wanted. Empty sets exclude nothing.
 *
 * @param follow whether to wait for more, also of tasks that come later
 * @param tail how many of the last lines of each task, as in the reference; null for all
 * @param since only lines from then on; null for all
 * @param until only lines before then; null for all
 * @param stdout whether standard output is wanted; true unless set
 * @param stderr whether standard error is wanted; true unless set
 * @param slots numbers of slots
 * @param nodes host names or ids of nodes
 * @param generations versions of the service's spec that the tasks run
 * @param iterations runs of a job that the tasks belong to
 */
@RecordBuilder
public record LogQuery(
    boolean follow,
    @Nullable Integer tail,
    @Nullable Instant since,
    @Nullable Instant until,
    @Nullable Boolean stdout,
    @Nullable Boolean stderr,
    Set<Integer> slots,
    Set<String> nodes,
    Set<Long> generations,
    Set<Integer> iterations)
    implements LogQueryBuilder.With {

  /** All that there is now. */
  public static final LogQuery ALL = LogQueryBuilder.builder().build();

  /** All that there is, and what comes. */
  public static final LogQuery FOLLOW = LogQueryBuilder.builder().follow(true).build();

  public LogQuery {
    stdout = stdout == null || stdout;
    stderr = stderr == null || stderr;
    slots = copy(slots);
    nodes = copy(nodes);
    generations = copy(generations);
    iterations = copy(iterations);
    Check.of("LogQuery")
        .that(tail == null || tail >= 0, "tail", tail, "0 or more")
        .that(
            stdout || stderr,
            Fault.Code.CONTRADICTION,
            "stdout",
            false,
            "true, or stderr: you must choose at least one stream")
        .that(
            since == null || until == null || since.isBefore(until),
            Fault.Code.CONTRADICTION,
            "until",
            until,
            "a time after since, " + since)
        .orThrow();
  }

  private static <T> Set<T> copy(@Nullable Set<T> set) {
    return set == null ? Set.of() : Set.copyOf(set);
  }

  /** Starts from {@link #ALL}. */
  public static LogQueryBuilder builder() {
    return LogQueryBuilder.builder();
  }

  /** Whether lines of a task are wanted, as far as the task itself decides that. */
  boolean wants(Task task, @Nullable Node node) {
    return (slots.isEmpty()
            || (task.slot() instanceof SlotKey.Numbered slot && slots.contains(slot.number())))
        && (nodes.isEmpty()
            || (node != null
                && (nodes.contains(node.hostname()) || nodes.contains(node.id().toString()))))
        && (generations.isEmpty() || generations.contains(task.specVersion()))
        && (iterations.isEmpty() || iterations.contains(task.iteration()));
  }

  /** What is asked of each task, all of it or from a time on. */
  LogOptions options(@Nullable Instant from) {
    return new LogOptions(
        follow,
        from != null || tail == null ? -1 : tail,
        from == null ? since : from,
        Boolean.TRUE.equals(stdout),
        Boolean.TRUE.equals(stderr));
  }

  /** Whether a line comes too late to be wanted. */
  boolean isOver(Instant at) {
    return until != null && !at.isBefore(until);
  }
}
