package io.swarm4j.model;

/**
 * The request contradicts the present state: a name is taken, a version is stale, an object is in
 * use.
 */
public class ConflictException extends SwarmException {
  private static final long serialVersionUID = 1L;

  public ConflictException(String message) {
    super(message);
  }

  /** The object was changed since the caller read it; the wording is the reference's. */
  public static ConflictException outOfSequence(String kind, String name, long given, long actual) {
    return new ConflictException(
        "update out of sequence: "
            + kind
            + " "
            + name
            + " is at version "
            + actual
            + ", the request was made for version "
            + given
            + "; read it again and repeat");
  }
}
