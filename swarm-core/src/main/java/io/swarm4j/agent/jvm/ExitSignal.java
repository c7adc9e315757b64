package io.swarm4j.agent.jvm;

/** Leaves the code of a task that asked for its end; never seen outside of the task. */
final class ExitSignal extends Error {
  private static final long serialVersionUID = 1L;

  ExitSignal(int code) {
    super("exit " + code, null, false, false);
  }
}
