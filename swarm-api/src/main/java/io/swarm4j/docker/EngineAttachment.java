package io.swarm4j.docker;

import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.Container.Exit;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.TerminalSize;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to the process of a container itself: its outputs from now on, and its input. */
final class EngineAttachment implements Interaction {
  private static final Logger LOG = LoggerFactory.getLogger(EngineAttachment.class);

  private final EngineConnection engine;
  private final BlockingWork work;
  private final String container;
  private final boolean terminal;
  private final CompletableFuture<Void> output;
  private final CompletionStage<Integer> exit;

  /**
   * Connects. Does not block.
   *
   * @param terminal whether the process has one
   * @param input whether its input is open
   * @param end the end of the task
   */
  EngineAttachment(
      EngineConnection engine,
      BlockingWork work,
      String container,
      boolean terminal,
      boolean input,
      ExecStreams streams,
      CompletionStage<Exit> end) {
    this.engine = engine;
    this.work = work;
    this.container = container;
    this.terminal = terminal;
    this.output =
        work.callUntilDone(
            () -> {
              try (Conversation conversation =
                  Conversation.open(engine.address(), path(input), "")) {
                if (input) {
                  // the engine would take the end of the input for that of the whole connection
                  work.execute(() -> conversation.sendOpenEnded(streams.stdin()));
                }
                conversation.receive(terminal, streams);
              }
              return null;
            });
    this.exit = output.thenCombine(end, (done, ended) -> ended.code());
  }

  private String path(boolean input) {
    return "/"
        + engine.version()
        + "/containers/"
        + container
        + "/attach?stream=1&stdout=1&stderr=1&stdin="
        + (input ? 1 : 0);
  }

  @Override
  public CompletionStage<Integer> exit() {
    return exit;
  }

  @Override
  public void resize(TerminalSize size) {
    if (terminal) {
      work.execute(
          () -> {
            try {
              engine
                  .calls()
                  .resizeContainerCmd(container)
                  .withSize(size.rows(), size.columns())
                  .exec();
            } catch (RuntimeException ended) {
              LOG.debug("a terminal is not resized", ended);
            }
          });
    }
  }

  @Override
  public void close() {
    output.completeExceptionally(new IllegalStateException("let go of the task"));
  }
}
