package io.swarm4j.agent;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.NodeDescription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What runs tasks on a node: containers, host processes or Java code.
 *
 * <p>Implementations are thread-safe and never block the caller: slow work goes to threads of their
 * own, results come back through stages that may complete on any thread. The test kit {@code
 * RuntimeContract} holds what every implementation must do.
 */
public interface Runtime extends AutoCloseable {

  /**
   * What the node says of itself: platform, resources, engine, plug-ins. Called now and again; must
   * be cheap.
   */
  NodeDescription describe();

  /**
   * Makes the object that will run a task; nothing happens yet.
   *
   * @throws io.swarm4j.model.SwarmException if the task can never run here, with the reason in its
   *     message
   */
  Container create(TaskContext task);

  /**
   * Why no task can be run or watched now, such as an engine that does not answer; empty if all is
   * well. Asked often; must be cheap.
   */
  default Optional<String> outage() {
    return Optional.empty();
  }

  /**
   * The probes of a container that no task of this node could ever answer, such as a command that
   * is not there: asked before a spec is stored, so that its author hears of it at once. Empty
   * where only a task can find out. Must be cheap.
   *
   * @return faults with paths relative to the container's spec
   */
  default List<Fault> unanswerable(ContainerSpec spec) {
    return List.of();
  }

  /**
   * Finds what an earlier life of this runtime left behind: what still runs and can be taken over
   * is returned, and so is what has ended meanwhile, if it is known how; all else that belonged to
   * it is ended and removed. What is not its own is never touched.
   */
  CompletionStage<List<Container>> recover();

  /** Ends and removes all that runs. Idempotent, bounded in time. */
  @Override
  void close();
}
