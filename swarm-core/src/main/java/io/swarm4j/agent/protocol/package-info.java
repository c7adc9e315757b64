/**
 * What nodes and managers say to each other; the same objects travel in memory and over the wire.
 */
@NullMarked
package io.swarm4j.agent.protocol;

import org.jspecify.annotations.NullMarked;
