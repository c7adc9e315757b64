/** The managers' side of the node protocol: sessions, heartbeats, assignments, reports. */
@NullMarked
package io.swarm4j.dispatcher;

import org.jspecify.annotations.NullMarked;
