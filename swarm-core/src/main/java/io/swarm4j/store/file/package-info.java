/** A log and its snapshots in a directory: what is acknowledged survives a power failure. */
@NullMarked
package io.swarm4j.store.file;

import org.jspecify.annotations.NullMarked;
