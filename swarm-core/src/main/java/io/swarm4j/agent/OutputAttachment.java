package io.swarm4j.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A connection to the outputs of a task by way of its log, for runtimes that have no other: what is
 * written from now on, line by line.
 */
final class OutputAttachment implements LogSink, Interaction {
  private static final LogOptions FROM_NOW_ON = new LogOptions(true, 0, null, true, true);

  private final ExecStreams streams;
  private final CompletableFuture<Void> outputDone = new CompletableFuture<>();
  private final CompletionStage<Integer> exit;
  private final AutoCloseable reading;

  OutputAttachment(Container container, ExecStreams streams) {
    this.streams = streams;
    this.exit = outputDone.thenCombine(container.exit(), (done, ended) -> ended.code());
    this.reading = container.logs(FROM_NOW_ON, this);
  }

  @Override
  public void line(Instant at, Stream stream, byte[] line) {
    OutputStream out = stream == Stream.STDOUT ? streams.stdout() : streams.stderr();
    try {
      out.write(line);
      out.write('\n');
      out.flush();
    } catch (IOException gone) {
      outputDone.completeExceptionally(gone);
      close();
    }
  }

  @Override
  public void end() {
    outputDone.complete(null);
  }

  @Override
  public CompletionStage<Integer> exit() {
    return exit;
  }

  @Override
  public void resize(TerminalSize size) {
    // a log has no terminal
  }

  @Override
  public void close() {
    try {
      reading.close();
    } catch (Exception failed) {
      outputDone.completeExceptionally(failed);
    }
    outputDone.completeExceptionally(new IllegalStateException("let go of the task"));
  }
}
