package io.swarm4j.agent;

/** Image references of the runtimes that have a registry of their own. */
public final class ImageNames {
  private static final String DEFAULT_TAG = ":latest";

  private ImageNames() {}

  /**
   * {@code name:tag} without what does not tell images apart there: a digest, and the prefixes
   * {@code docker.io/} and {@code library/}; the tag {@code latest} where there is none.
   */
  public static String normalized(String reference) {
    int digest = reference.indexOf('@');
    String text = digest < 0 ? reference : reference.substring(0, digest);
    text = without("library/", without("docker.io/", text));
    return isTagged(text) ? text : text + DEFAULT_TAG;
  }

  /** The normalized reference without its tag. */
  public static String repository(String reference) {
    String text = normalized(reference);
    return text.substring(0, text.lastIndexOf(':'));
  }

  private static boolean isTagged(String text) {
    return text.lastIndexOf(':') > text.lastIndexOf('/');
  }

  private static String without(String prefix, String text) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }
}
