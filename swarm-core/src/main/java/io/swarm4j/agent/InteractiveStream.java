package io.swarm4j.agent;

import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.FromTask.Cause;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.FromTask.Piece;
import io.swarm4j.agent.protocol.ToTask;
import io.swarm4j.time.Loop;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The node's end of a command beside a task, or of a connection to the task itself. */
final class InteractiveStream implements TaskStreams.OpenStream {
  private static final int LARGEST_PIECE = 32 * 1024;

  private final Outlet<Piece> outlet;
  private final @Nullable InputPipe input;
  private final Function<ExecStreams, Interaction> begin;
  private @Nullable Interaction interaction;

  InteractiveStream(
      Loop loop,
      long credit,
      Consumer<FromTask> out,
      boolean stdin,
      Function<ExecStreams, Interaction> begin) {
    this.outlet =
        new Outlet<>(loop, credit, piece -> piece.bytes().length, FromTask.Output::new, out);
    this.input =
        stdin
            ? new InputPipe(
                bytes -> loop.execute(() -> out.accept(new FromTask.InputCredit(bytes))))
            : null;
    this.begin = begin;
  }

  @Override
  public void start(Container container) {
    InputStream stdin = input == null ? InputStream.nullInputStream() : input;
    ExecStreams streams =
        new ExecStreams(
            stdin, new Writer(LogSink.Stream.STDOUT), new Writer(LogSink.Stream.STDERR));
    try {
      Interaction begun = begin.apply(streams);
      interaction = begun;
      begun.exit().whenComplete(this::ended);
    } catch (RuntimeException refused) {
      ended(null, refused);
    }
  }

  private void ended(@Nullable Integer code, @Nullable Throwable failure) {
    Outcome outcome =
        code == null
            ? new Outcome.Failed(
                Cause.REFUSED, failure == null ? "no exit code" : TaskStreams.text(failure))
            : new Outcome.Exited(code);
    outlet.mark(new FromTask.End(outcome));
    if (input != null) {
      input.close();
    }
  }

  @Override
  public void hear(ToTask part) {
    if (part instanceof ToTask.Credit more) {
      outlet.grant(more.bytes());
    } else if (part instanceof ToTask.Resize resize && interaction != null) {
      interaction.resize(resize.size());
    } else if (part instanceof ToTask.Input more && input != null) {
      input.feed(more.bytes());
    } else if (part instanceof ToTask.InputEnd && input != null) {
      input.end();
    }
  }

  @Override
  public void cancel() {
    outlet.close();
    if (input != null) {
      input.close();
    }
    if (interaction != null) {
      interaction.close();
    }
  }

  /** One of the two outputs. */
  private final class Writer extends OutputStream {
    private final LogSink.Stream stream;

    Writer(LogSink.Stream stream) {
      this.stream = stream;
    }

    @Override
    public void write(int b) {
      outlet.put(new Piece(stream, new byte[] {(byte) b}));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      for (int at = offset; at < offset + length; at += LARGEST_PIECE) {
        int end = Math.min(at + LARGEST_PIECE, offset + length);
        outlet.put(new Piece(stream, Arrays.copyOfRange(bytes, at, end)));
      }
    }
  }
}
