package io.swarm4j.model;

/** A secret or config as stored. */
public sealed interface VersionedPayload permits Secret, Config {

  /** Version and times of the record. */
  Meta meta();

  /** Which version of what it is. */
  PayloadVersion which();

  /** The content. */
  Payload data();

  /** Whether the content is a template that is filled in for each task. */
  boolean templated();
}
