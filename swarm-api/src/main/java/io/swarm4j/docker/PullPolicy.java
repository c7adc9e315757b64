package io.swarm4j.docker;

/** When an image is fetched from its registry. */
public enum PullPolicy {
  /** Where the node does not have it; a reference with a digest never changes. */
  MISSING,
  /** Before each task, as the reference does; what the node has is used if that fails. */
  ALWAYS,
  /** Never: the node's operator brings the images. */
  NEVER
}
