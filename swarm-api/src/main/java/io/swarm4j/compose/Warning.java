package io.swarm4j.compose;

/**
 * Something in a compose file that is accepted, but that its author may not have meant.
 *
 * @param mark where it stands
 * @param path the key, such as {@code services.web.image}
 * @param message what was done, and how to say it clearly
 */
public record Warning(Mark mark, String path, String message) {

  @Override
  public String toString() {
    return mark + ": " + path + ": " + message;
  }
}
