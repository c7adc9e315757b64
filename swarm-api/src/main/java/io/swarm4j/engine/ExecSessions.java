package io.swarm4j.engine;

import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.TerminalSize;
import io.swarm4j.model.TaskId;
import io.swarm4j.time.Chance;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Commands that clients have announced, run or ended, by the ids that they were given. The oldest
 * are forgotten. Thread-safe.
 */
final class ExecSessions {
  private static final int KEPT = 1000;

  private final Chance chance;
  private final Map<String, Session> sessions = new LinkedHashMap<>();

  ExecSessions(Chance chance) {
    this.chance = chance;
  }

  /** Notes a command that is to be started. */
  synchronized Session create(TaskId task, String container, ExecSpec spec) {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      id.append("%016x".formatted(chance.nextLong()));
    }
    Session session = new Session(id.toString(), task, container, spec);
    if (sessions.size() >= KEPT) {
      sessions.remove(sessions.keySet().iterator().next());
    }
    sessions.put(session.id(), session);
    return session;
  }

  synchronized boolean knows(String id) {
    return sessions.containsKey(id);
  }

  /** A command by its id. */
  synchronized Session get(String id) {
    Session session = sessions.get(id);
    if (session == null) {
      throw new ApiException(404, "No such exec instance: " + id);
    }
    return session;
  }

  /** One command. */
  static final class Session {
    private final String id;
    private final TaskId task;
    private final String container;
    private final ExecSpec spec;
    private boolean begun;
    private @Nullable Interaction interaction;
    private @Nullable Integer exitCode;

    private Session(String id, TaskId task, String container, ExecSpec spec) {
      this.id = id;
      this.task = task;
      this.container = container;
      this.spec = spec;
    }

    String id() {
      return id;
    }

    TaskId task() {
      return task;
    }

    String container() {
      return container;
    }

    ExecSpec spec() {
      return spec;
    }

    synchronized boolean isRunning() {
      return begun && exitCode == null;
    }

    synchronized @Nullable Integer exitCode() {
      return exitCode;
    }

    /** It may be started once. */
    synchronized void begin() {
      if (begun) {
        throw new ApiException(409, "Error: Exec command " + id + " is already running");
      }
      begun = true;
    }

    /** It was started. */
    void running(Interaction run) {
      synchronized (this) {
        interaction = run;
      }
      run.exit().whenComplete((code, failure) -> ended(code));
    }

    private synchronized void ended(@Nullable Integer code) {
      exitCode = code == null ? Hijack.NOT_RUN : code;
    }

    void resize(TerminalSize size) {
      Interaction present;
      synchronized (this) {
        present = interaction;
      }
      if (present != null) {
        present.resize(size);
      }
    }
  }
}
