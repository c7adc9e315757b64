package io.swarm4j.examples.apps;

import org.jspecify.annotations.Nullable;

/**
 * An answer to a request.
 *
 * @param status status code of HTTP
 * @param type media type
 * @param body text
 * @param afterwards run once the answer is sent; null for nothing
 */
public record Reply(int status, String type, String body, @Nullable Runnable afterwards) {
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain";

  /** A successful answer for people. */
  static Reply text(String body) {
    return text(200, body);
  }

  /** An answer for people. */
  static Reply text(int status, String body) {
    return new Reply(status, TEXT, body + "\n", null);
  }

  /** A successful answer for programs. */
  static Reply json(String body) {
    return new Reply(200, JSON, body + "\n", null);
  }

  /** The same answer with something to do once it is sent. */
  Reply then(Runnable action) {
    return new Reply(status, type, body, action);
  }

  /** Whether the status tells of success. */
  public boolean isOk() {
    return status / 100 == 2;
  }
}
