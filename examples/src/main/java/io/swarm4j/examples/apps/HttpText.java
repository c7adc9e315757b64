package io.swarm4j.examples.apps;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * One message of HTTP/1.1 off the wire: a first line, headers, and a body of known length. Bounded
 * in size, for nobody knows who sends it.
 */
record HttpText(String firstLine, Map<String, String> headers, byte[] body) {
  private static final int HEAD_BYTES = 8_192;
  private static final int BODY_BYTES = 1 << 20;

  /**
   * Reads one message.
   *
   * @throws EOFException if the other side has closed the connection before its first byte
   * @throws IOException if it breaks off within, is malformed or too large
   */
  static HttpText read(InputStream in) throws IOException {
    String[] lines = head(in).split("\r?\n");
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon <= 0) {
        throw new ProtocolException("not a header: " + lines[i]);
      }
      headers.put(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
    }
    int length = length(headers.getOrDefault("Content-Length", "0"));
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new ProtocolException(body.length + " of " + length + " bytes, then the end");
    }
    return new HttpText(lines[0], headers, body);
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw head.length() == 0
            ? new EOFException("the connection was closed")
            : new ProtocolException("the connection was closed within a message");
      }
      head.append((char) next);
      if (next == '\n' && isOver(head)) {
        return head.toString();
      }
      if (head.length() > HEAD_BYTES) {
        throw new ProtocolException("a head of more than " + HEAD_BYTES + " bytes");
      }
    }
  }

  private static boolean isOver(CharSequence head) {
    int end = head.length();
    return end >= 2 && head.charAt(end - 2) == '\n'
        || end >= 3 && head.charAt(end - 2) == '\r' && head.charAt(end - 3) == '\n';
  }

  private static int length(String text) throws ProtocolException {
    if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > BODY_BYTES) {
      throw new ProtocolException("a body of " + text + " bytes; at most " + BODY_BYTES);
    }
    return Integer.parseInt(text);
  }

  /** Whether the connection serves further messages. */
  boolean keepsAlive() {
    return firstLine.contains("HTTP/1.1") && !"close".equalsIgnoreCase(headers.get("Connection"));
  }

  /** Writes a message. */
  static void write(OutputStream out, String head, byte[] body) throws IOException {
    byte[] start = head.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    byte[] message = new byte[start.length + body.length];
    System.arraycopy(start, 0, message, 0, start.length);
    System.arraycopy(body, 0, message, start.length, body.length);
    out.write(message);
    out.flush();
  }
}
