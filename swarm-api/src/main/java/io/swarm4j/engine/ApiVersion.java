package io.swarm4j.engine;

import io.swarm4j.engine.http.Request;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A version of the Engine API, such as 1.41. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
  static final ApiVersion OLDEST = new ApiVersion(1, 24);
  static final ApiVersion NEWEST = new ApiVersion(1, 51);

  private static final Pattern SEGMENT = Pattern.compile("v(\\d{1,4})\\.(\\d{1,4})");

  /** The version that a request's path begins with, null if it has none. */
  static @Nullable ApiVersion of(Request request) {
    if (request.segments().isEmpty()) {
      return null;
    }
    return parse(request.segments().get(0));
  }

  /** Reads a text such as {@code v1.41}; null if it is none. */
  static @Nullable ApiVersion parse(String text) {
    Matcher segment = SEGMENT.matcher(text);
    return segment.matches()
        ? new ApiVersion(Integer.parseInt(segment.group(1)), Integer.parseInt(segment.group(2)))
        : null;
  }

  @Override
  public int compareTo(ApiVersion other) {
    return major == other.major
        ? Integer.compare(minor, other.minor)
        : Integer.compare(major, other.major);
  }

  boolean isAtLeast(int otherMajor, int otherMinor) {
    return compareTo(new ApiVersion(otherMajor, otherMinor)) >= 0;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
