package io.swarm4j.engine.http;

import io.netty.handler.codec.http.QueryStringEncoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that was received in whole.
 *
 * @param method such as {@code GET}
 * @param segments the decoded parts of the path between slashes
 * @param isFolder whether the path ends with a slash
 * @param query its parameters
 * @param headers first value of each header, by lower-case name
 * @param body its content; nobody changes it
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, and up to megabytes
public record Request(
    String method,
    List<String> segments,
    boolean isFolder,
    Query query,
    Map<String, String> headers,
    byte[] body) {

  /** The value of a header, null if it is absent. */
  public @Nullable String header(String name) {
    return headers.get(name.toLowerCase(Locale.ROOT));
  }

  /** The same request under a path without its first part. */
  public Request withoutFirstSegment() {
    return new Request(
        method, segments.subList(1, segments.size()), isFolder, query, headers, body);
  }

  /** Path and query in the form in which a request carries them. */
  public String target() {
    QueryStringEncoder encoder = new QueryStringEncoder(path());
    query.values().forEach((name, values) -> values.forEach(v -> encoder.addParam(name, v)));
    return encoder.toString();
  }

  /** The path as text, for messages. */
  public String path() {
    return "/" + String.join("/", segments);
  }
}
