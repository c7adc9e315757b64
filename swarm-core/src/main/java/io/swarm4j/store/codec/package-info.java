/** Compact binary form of immutable model objects, for logs, snapshots and messages. */
@NullMarked
package io.swarm4j.store.codec;

import org.jspecify.annotations.NullMarked;
