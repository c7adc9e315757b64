package io.swarm4j.agent.jvm;

/**
 * Code that runs as a task.
 *
 * <p>One object serves all tasks of the image, each of which calls it on a thread of its own.
 */
@FunctionalInterface
public interface JvmImage {

  /**
   * Runs one task. To return is to exit with code 0, to throw is to exit with code 1.
   *
   * <p>When the task shall end, {@link JvmTask#stopping} turns true, the hooks of {@link
   * JvmTask#onStop} run, and this thread is interrupted, unless it waits in {@link
   * JvmTask#awaitStop}.
   */
  void run(JvmTask task) throws Exception;
}
