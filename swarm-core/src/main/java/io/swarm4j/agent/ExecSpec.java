package io.swarm4j.agent;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.Check;
import io.swarm4j.model.Fault;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A command to be run beside a task.
 *
 * @param command the command and its arguments
 * @param env variables on top of the task's own
 * @param workingDir where it runs; null for the task's working directory
 * @param user user name or id, optionally {@code user:group}; null for the task's user
 * @param stdin whether it gets input; without it reads the end at once
 * @param tty whether it runs on a terminal of its own; all output then comes as standard output
 * @param size size of that terminal; null leaves it to the runtime
 * @param actor on whose behalf it runs, for the access policy and the audit trail; empty for the
 *     program that holds the swarm
 */
@RecordBuilder
public record ExecSpec(
    List<String> command,
    Map<String, String> env,
    @Nullable String workingDir,
    @Nullable String user,
    boolean stdin,
    boolean tty,
    @Nullable TerminalSize size,
    String actor)
    implements ExecSpecBuilder.With {

  public ExecSpec {
    command = command == null ? List.of() : List.copyOf(command);
    env = env == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(env));
    actor = actor == null ? "" : actor;
    Check.of("ExecSpec")
        .that(
            !command.isEmpty() && !command.get(0).isBlank(),
            Fault.Code.MISSING,
            "command",
            command,
            "a command and its arguments")
        .that(
            size == null || tty,
            Fault.Code.CONTRADICTION,
            "size",
            size,
            "no size without a terminal (tty)")
        .orThrow();
  }

  /** A command with input, without terminal. */
  public static ExecSpec of(List<String> command) {
    return ExecSpecBuilder.builder().command(command).stdin(true).build();
  }

  /** A command with input, without terminal. */
  public static ExecSpec of(String... command) {
    return of(List.of(command));
  }

  /** Starts from nothing: no input, no terminal. */
  public static ExecSpecBuilder builder() {
    return ExecSpecBuilder.builder();
  }
}
