package io.swarm4j.agent.jvm;

import io.swarm4j.agent.ExecStreams;
import java.util.List;

/** A command that an image brings along, for {@code exec}, for health probes and as entry point. */
@FunctionalInterface
public interface JvmCommand {

  /**
   * Runs the command.
   *
   * @param task the task beside which, or as which, it runs
   * @param args the words after its name
   * @param streams its input and outputs
   * @return its exit code
   */
  int run(JvmTask task, List<String> args, ExecStreams streams) throws Exception;
}
