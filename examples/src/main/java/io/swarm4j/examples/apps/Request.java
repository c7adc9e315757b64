package io.swarm4j.examples.apps;

import java.net.SocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request, as far as the sample applications care.
 *
 * @param path decoded, without the query
 * @param query decoded parameters
 * @param local address that was connected to
 * @param remote address that the connection comes from
 */
record Request(String path, Map<String, String> query, SocketAddress local, SocketAddress remote) {

  /** What follows {@code prefix} in the path. */
  String after(String prefix) {
    return path.substring(prefix.length());
  }

  /**
   * A request for a target such as {@code /calc/divide?numerator=6&denominator=2}.
   *
   * @throws IllegalArgumentException if an escape in it is malformed
   */
  static Request of(String target, SocketAddress local, SocketAddress remote) {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    Map<String, String> query = new LinkedHashMap<>();
    if (mark >= 0) {
      for (String pair : target.substring(mark + 1).split("&")) {
        int equals = pair.indexOf('=');
        query.put(
            decoded(equals < 0 ? pair : pair.substring(0, equals)),
            equals < 0 ? "" : decoded(pair.substring(equals + 1)));
      }
    }
    return new Request(decoded(path), Collections.unmodifiableMap(query), local, remote);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
