package io.swarm4j.docker;

import io.swarm4j.agent.TaskContext;

/** Names of containers, {@code <service>.<slot or node>.<task id>} as in the reference. */
final class ContainerNames {
  private ContainerNames() {}

  static String of(TaskContext context) {
    return context.service().name() + "." + context.task().slot() + "." + context.task().id();
  }

  /** A name as the engine tells it, without the slash before it. */
  static String shown(String told) {
    return told.startsWith("/") ? told.substring(1) : told;
  }
}
