/** The log that replicates a swarm's state among its managers, on Apache Ratis. */
@NullMarked
package io.swarm4j.raft;

import org.jspecify.annotations.NullMarked;
