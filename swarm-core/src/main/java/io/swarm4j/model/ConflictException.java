package io.swarm4j.model;

/** The request contradicts the present state. */
public class ConflictException extends SwarmException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** What the request is in conflict with. */
  public enum Kind {
    /** The name is taken. */
    EXISTS,
    /** The object has changed since the caller read it. */
    OUT_OF_SEQUENCE,
    /** Others still use the object. */
    IN_USE,
    /** The reference fits more than one object. */
    AMBIGUOUS,
    /** The object is not in the state that the request needs. */
    PRECONDITION
  }

  /** A conflict with the state that an object is in. */
  public ConflictException(String message) {
    this(Kind.PRECONDITION, message);
  }

  /** A conflict of the given kind. */
  public ConflictException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What the request is in conflict with. */
  public Kind kind() {
    return kind;
  }

  /** A write that was based on a version which is no longer the present one. */
  public static ConflictException outOfSequence(String kind, String name, long given, long actual) {
    return new ConflictException(
        Kind.OUT_OF_SEQUENCE,
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
