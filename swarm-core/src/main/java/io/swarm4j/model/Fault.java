package io.swarm4j.model;

/**
 * One thing that is wrong with a request.
 *
 * @param code what kind of mistake it is, stable across releases
 * @param path the field at fault, such as {@code task.container.image} or {@code
 *     endpoint.ports[1].published}
 * @param value the value that was refused, as text
 * @param accepted what would have been accepted
 */
public record Fault(Code code, String path, String value, String accepted) {

  /** Kinds of mistakes. */
  public enum Code {
    /** The value itself is malformed or out of range. */
    INVALID,
    /** A required value is absent. */
    MISSING,
    /** A value stands twice where it may stand once. */
    DUPLICATE,
    /** A reference names something that does not exist. */
    UNKNOWN_REFERENCE,
    /** Two values exclude each other. */
    CONTRADICTION,
    /** Something else in the swarm already holds what is asked for. */
    IN_USE,
    /** A feature that this build or node does not support. */
    UNSUPPORTED
  }

  /** This fault with its path below {@code parent}. */
  public Fault under(String parent) {
    String joined =
        path.isEmpty() ? parent : path.startsWith("[") ? parent + path : parent + "." + path;
    return new Fault(code, joined, value, accepted);
  }

  @Override
  public String toString() {
    return code + " " + path + ": '" + value + "' (accepted: " + accepted + ")";
  }
}
