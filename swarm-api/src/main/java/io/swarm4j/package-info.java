/**
 * The embedding facade: {@link io.swarm4j.Swarm} starts a swarm, everything a user types starts
 * there.
 */
@NullMarked
package io.swarm4j;

import org.jspecify.annotations.NullMarked;
