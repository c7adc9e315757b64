package io.swarm4j.engine.http;

import java.time.Duration;

/**
 * What a client may ask of a server.
 *
 * @param headerBytes most bytes of request line and headers, each
 * @param bodyBytes most bytes of a request's body
 * @param requestTime longest time from a request's first byte to its last
 * @param idleTime longest time that a connection may wait for its next request
 * @param connections most connections at a time
 */
public record HttpLimits(
    int headerBytes, int bodyBytes, Duration requestTime, Duration idleTime, int connections) {

  /** 16 KiB, 4 MiB, 30 s, 10 min, 8192. */
  public static final HttpLimits DEFAULT =
      new HttpLimits(16 << 10, 4 << 20, Duration.ofSeconds(30), Duration.ofMinutes(10), 8192);
}
