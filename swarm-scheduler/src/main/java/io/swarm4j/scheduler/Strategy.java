package io.swarm4j.scheduler;

/** Which of the nodes that pass all filters comes first. */
public enum Strategy {
  /** Fewest tasks of the service, then fewest tasks at all: the reference's only strategy. */
  SPREAD,
  /** The node whose reserved share of CPU or memory is largest, so that others stay empty. */
  BIN_PACK
}
