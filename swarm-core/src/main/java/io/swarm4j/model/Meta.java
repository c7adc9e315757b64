package io.swarm4j.model;

import java.time.Instant;

/**
 * Version and times of a stored object; set by the store.
 *
 * @param version revision of the store at which the object was last written; one counter for all
 *     objects
 * @param createdAt when the object was first written
 * @param updatedAt when it was last written
 */
public record Meta(long version, Instant createdAt, Instant updatedAt) {

  /** Of an object that was not stored yet. */
  public static final Meta NEW = new Meta(0, Instant.EPOCH, Instant.EPOCH);
}
