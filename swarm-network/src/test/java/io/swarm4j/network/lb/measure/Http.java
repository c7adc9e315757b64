package io.swarm4j.network.lb.measure;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/** The one request and the one response of the measurement: 1 KiB of content. */
final class Http {
  static final byte[] KEEP_ALIVE = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII);
  static final byte[] CLOSE =
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);
  private static final byte[] RESPONSE =
      ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n"
              + "x".repeat(1024))
          .getBytes(US_ASCII);

  static final int RESPONSE_LENGTH = RESPONSE.length;

  private Http() {}

  static ByteBuffer response() {
    return ByteBuffer.allocateDirect(RESPONSE_LENGTH).put(RESPONSE).flip();
  }

  static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
