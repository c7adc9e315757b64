package io.swarm4j.engine;

import io.swarm4j.engine.http.Request;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Keeps web pages of others away: a browser must neither change anything for a page of another
 * origin, nor reach this server under a name that somebody else's DNS made up.
 */
final class Doorkeeper {
  private static final Pattern ADDRESS =
      Pattern.compile("(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.%]+])(:\\d+)?");

  /**
   * Names that mean this machine wherever they are looked up, and those that docker clients send.
   */
  private static final Pattern OWN_NAME =
      Pattern.compile("(localhost|.*\\.localhost|docker)(:\\d+)?");

  private final java.util.Set<String> names;

  /** Lets requests in that name one of the given hosts, this machine, or an address. */
  Doorkeeper(java.util.Set<String> names) {
    this.names = names;
  }

  void check(Request request) {
    String host = request.header("Host");
    String wanted = host == null ? "" : host.toLowerCase(Locale.ROOT);
    boolean known =
        wanted.isEmpty()
            || ADDRESS.matcher(wanted).matches()
            || OWN_NAME.matcher(wanted).matches()
            || names.contains(wanted.replaceFirst(":\\d+$", ""))
            || wanted.contains("/") // the path of a unix socket, as older clients send it
            || wanted.contains("%2f");
    if (!known) {
      throw new ApiException(
          403, "host " + host + " is not served here; allow it by name if it should be");
    }
    String origin = request.header("Origin");
    if (origin != null && !isSame(origin, wanted)) {
      throw new ApiException(403, "requests from pages of " + origin + " are refused");
    }
  }

  private static boolean isSame(String origin, String host) {
    try {
      String authority = URI.create(origin).getAuthority();
      return authority != null && authority.toLowerCase(Locale.ROOT).equals(host);
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }
}
