package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.http.Sink;
import java.io.OutputStream;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Hands a client's connection to a command or a task: its input one way, outputs the other. */
final class Hijack {
  /** Exit code of a command that never ran, or was cut off. */
  static final int NOT_RUN = 126;

  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  private Hijack() {}

  /**
   * The answer that takes the connection over.
   *
   * @param tty whether outputs go as they are; else they are framed with the number of their stream
   * @param begin starts what the connection is handed to
   */
  static Response response(boolean tty, Function<ExecStreams, Interaction> begin) {
    String type =
        tty ? "application/vnd.docker.raw-stream" : "application/vnd.docker.multiplexed-stream";
    return new Response.TakenOver(Map.of("Content-Type", type), out -> start(out, tty, begin));
  }

  private static Response.Incoming start(
      Sink out, boolean tty, Function<ExecStreams, Interaction> begin) {
    ClientInput input = new ClientInput(out);
    Interaction run;
    try {
      run =
          begin.apply(
              new ExecStreams(
                  input, new FramedOutput(out, tty, STDOUT), new FramedOutput(out, tty, STDERR)));
    } catch (RuntimeException refused) {
      run = Interaction.failed(refused);
    }
    Interaction running = run;
    running.exit().whenComplete((code, failure) -> finish(out, tty, failure));
    out.whenEnded(
        () -> {
          input.close();
          running.close();
        });
    return input;
  }

  private static void finish(Sink out, boolean tty, @Nullable Throwable failure) {
    if (failure != null) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      byte[] text = (cause.getMessage() + "\r\n").getBytes(UTF_8);
      out.write(tty ? text : LogFormat.frame(STDERR, text));
    }
    out.end();
  }

  /** One of the outputs; a client that does not keep up holds up the command, and nothing else. */
  private static final class FramedOutput extends OutputStream {
    private final Sink out;
    private final boolean tty;
    private final int stream;

    FramedOutput(Sink out, boolean tty, int stream) {
      this.out = out;
      this.tty = tty;
      this.stream = stream;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      byte[] piece = java.util.Arrays.copyOfRange(bytes, offset, offset + length);
      if (!out.write(tty ? piece : LogFormat.frame(stream, piece))) {
        out.awaitReady();
      }
    }
  }
}
