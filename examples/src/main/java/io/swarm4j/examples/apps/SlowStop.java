package io.swarm4j.examples.apps;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmTask;
import java.time.Duration;

/**
 * An application that goes on for a while when it is told to stop, unless its time of grace is
 * shorter.
 */
record SlowStop(Duration takes) implements JvmImage {

  @Override
  public void run(JvmTask task) throws InterruptedException {
    task.awaitStop();
    task.out().println("told to stop; that takes " + takes.toSeconds() + " s");
    Thread.sleep(takes.toMillis());
    task.out().println("stopped");
  }
}
