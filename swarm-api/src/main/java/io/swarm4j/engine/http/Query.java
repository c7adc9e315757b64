package io.swarm4j.engine.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters of a request's query, decoded. */
public record Query(Map<String, List<String>> values) {
  private static final Set<String> NO = Set.of("", "0", "no", "false", "none");

  /** Reads what follows the question mark. */
  static Query of(QueryStringDecoder decoder) {
    return new Query(decoder.parameters());
  }

  /** The first value of a parameter, null if it is absent. */
  public @Nullable String get(String name) {
    List<String> all = values.get(name);
    return all == null || all.isEmpty() ? null : all.get(0);
  }

  /** The first value of a parameter, or {@code fallback}. */
  public String get(String name, String fallback) {
    String value = get(name);
    return value == null ? fallback : value;
  }

  /** Whether a parameter is set to anything but a form of no, as the Engine API reads flags. */
  public boolean flag(String name) {
    String value = get(name);
    return value != null && !NO.contains(value.strip().toLowerCase(java.util.Locale.ROOT));
  }
}
