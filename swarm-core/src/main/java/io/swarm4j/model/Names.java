package io.swarm4j.model;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for names, as the reference has them. */
public final class Names {
  private static final Pattern DNS = Pattern.compile("[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*");
  private static final Pattern OBJECT =
      Pattern.compile("[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?");
  private static final int DNS_LABEL_LENGTH = 63;
  private static final int OBJECT_LENGTH = 64;

  private Names() {}

  /** Services and networks: a DNS label of at most 63 characters. */
  public static Check dnsLabel(Check check, @Nullable String name, String component) {
    return check.that(
        name != null && isDnsLabel(name),
        component,
        name,
        "a DNS name component: 1 to 63 letters, digits, '-' or '_', starting and ending with a letter or digit");
  }

  /** Whether a service or network may have this name. */
  public static boolean isDnsLabel(String name) {
    return name.length() <= DNS_LABEL_LENGTH && DNS.matcher(name).matches();
  }

  /** Secrets and configs: at most 64 of {@code [a-zA-Z0-9-_.]}, alphanumeric at both ends. */
  public static Check objectName(Check check, @Nullable String name, String component) {
    return check.that(
        name != null && name.length() <= OBJECT_LENGTH && OBJECT.matcher(name).matches(),
        component,
        name,
        "1 to 64 of [a-zA-Z0-9-_.], starting and ending with [a-zA-Z0-9]");
  }
}
