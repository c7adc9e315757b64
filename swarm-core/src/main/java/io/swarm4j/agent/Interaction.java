package io.swarm4j.agent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A command under way beside a task, or a connection to the task itself. Thread-safe. */
public interface Interaction extends AutoCloseable {

  /**
   * Completes with the exit code once the command, or the task, has ended and its output was
   * written; fails if it never ran or was cut off.
   */
  CompletionStage<Integer> exit();

  /** Tells the terminal its new size; without one this does nothing. Does not block. */
  void resize(TerminalSize size);

  /**
   * Ends a command by force, or lets go of a task that runs on. Idempotent; does not block. {@link
   * #exit} completes all the same.
   */
  @Override
  void close();

  /** What did not come about, and why. */
  static Interaction failed(Throwable cause) {
    return of(CompletableFuture.failedFuture(cause), () -> {});
  }

  /**
   * One without a terminal.
   *
   * @param end what {@link #close} does; may be called more than once
   */
  static Interaction of(CompletionStage<Integer> exit, Runnable end) {
    return of(exit, size -> {}, end);
  }

  /**
   * One that may have a terminal.
   *
   * @param terminal gets its sizes
   * @param end what {@link #close} does; may be called more than once
   */
  static Interaction of(
      CompletionStage<Integer> exit, Consumer<TerminalSize> terminal, Runnable end) {
    return new Interaction() {
      @Override
      public CompletionStage<Integer> exit() {
        return exit;
      }

      @Override
      public void resize(TerminalSize size) {
        terminal.accept(size);
      }

      @Override
      public void close() {
        end.run();
      }
    };
  }
}
