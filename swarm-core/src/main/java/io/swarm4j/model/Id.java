package io.swarm4j.model;

/**
 * The identity of an object in the swarm: 128 bits, written as 25 characters of base 36.
 *
 * <p>Ids are values; two ids of different types are never equal. They order like their text form.
 */
public sealed interface Id extends Comparable<Id>
    permits ClusterId, ConfigId, NetworkId, NodeId, SecretId, ServiceId, TaskId {

  /** The upper 64 bits. */
  long hi();

  /** The lower 64 bits. */
  long lo();

  /** Length of every id's text form, in characters. */
  int TEXT_LENGTH = 25;

  @Override
  default int compareTo(Id other) {
    int upper = Long.compareUnsigned(hi(), other.hi());
    return upper != 0 ? upper : Long.compareUnsigned(lo(), other.lo());
  }
}
