package io.swarm4j.docker;

import io.swarm4j.agent.ExecStreams;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of the Engine API after which both sides talk freely: the input of a command goes
 * out, its two outputs come back in frames, or as they are where it has a terminal.
 */
final class Conversation implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
  private static final int HEADER_BYTES = 8;
  private static final int CHUNK_BYTES = 8 * 1024;
  private static final int STDERR = 2;
  private static final int MOST_HEAD_BYTES = 16 * 1024;

  private final RawConnection connection;
  private final InputStream in;

  private Conversation(RawConnection connection) {
    this.connection = connection;
    this.in = connection.in();
  }

  /**
   * Sends the request and waits until the engine agrees.
   *
   * @param path with the API version
   * @throws Refused if it does not
   */
  static Conversation open(EngineAddress engine, String path, String json) throws IOException {
    RawConnection connection = RawConnection.open(engine);
    try {
      byte[] body = json.getBytes(StandardCharsets.UTF_8);
      String head =
          "POST "
              + path
              + " HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n"
              + "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: "
              + body.length
              + "\r\n\r\n";
      OutputStream out = connection.out();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      out.flush();
      Conversation conversation = new Conversation(connection);
      conversation.awaitAgreement();
      return conversation;
    } catch (IOException | RuntimeException failure) {
      connection.close();
      throw failure;
    }
  }

  /** The engine has answered something else. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  private void awaitAgreement() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0 || head.length() > MOST_HEAD_BYTES) {
        throw new EOFException("the engine closed the connection: " + head);
      }
      head.append((char) next);
    }
    int status = Integer.parseInt(head.substring(9, 12));
    if (status != 101 && status != 200) {
      byte[] rest = new byte[MOST_HEAD_BYTES];
      int count = in.read(rest);
      String text = count < 0 ? "" : new String(rest, 0, count, StandardCharsets.UTF_8);
      throw new Refused("status " + status + ": " + text.strip());
    }
  }

  /** Sends all of the input and its end, as far as it is wanted. */
  void send(InputStream input) {
    try {
      copy(input);
      connection.endOutput();
    } catch (IOException ended) {
      LOG.trace("not all of the input was read", ended);
    }
  }

  /** Sends all of the input, as far as it is wanted; the other side does not see its end. */
  void sendOpenEnded(InputStream input) {
    try {
      copy(input);
    } catch (IOException ended) {
      LOG.trace("not all of the input was read", ended);
    }
  }

  private void copy(InputStream input) throws IOException {
    OutputStream out = connection.out();
    byte[] some = new byte[CHUNK_BYTES];
    for (int count = input.read(some); count >= 0; count = input.read(some)) {
      out.write(some, 0, count);
      out.flush();
    }
  }

  /** Hands out what comes until the end. */
  void receive(boolean terminal, ExecStreams streams) throws IOException {
    if (terminal) {
      byte[] some = new byte[CHUNK_BYTES];
      for (int count = in.read(some); count >= 0; count = in.read(some)) {
        streams.stdout().write(some, 0, count);
        streams.stdout().flush();
      }
      return;
    }
    DataInputStream frames = new DataInputStream(in);
    byte[] header = new byte[HEADER_BYTES];
    while (frames.readNBytes(header, 0, HEADER_BYTES) == HEADER_BYTES) {
      byte[] bytes = frames.readNBytes(length(header));
      OutputStream target = header[0] == STDERR ? streams.stderr() : streams.stdout();
      target.write(bytes);
      target.flush();
    }
  }

  private static int length(byte[] header) {
    return (header[4] & 0xff) << 24
        | (header[5] & 0xff) << 16
        | (header[6] & 0xff) << 8
        | header[7] & 0xff;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
