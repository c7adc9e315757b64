/** What happened in the swarm, as typed events. */
@NullMarked
package io.swarm4j.event;

import org.jspecify.annotations.NullMarked;
