package io.swarm4j.agent;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * Input and outputs of a command that runs beside a task; the command's runtime reads and writes
 * them on its own threads.
 */
public record ExecStreams(InputStream stdin, OutputStream stdout, OutputStream stderr) {

  /** No input, outputs dropped. */
  public static ExecStreams none() {
    return new ExecStreams(
        InputStream.nullInputStream(),
        OutputStream.nullOutputStream(),
        OutputStream.nullOutputStream());
  }
}
