/**
 * The simulator: parts of a swarm that run on virtual time, fail on request, and forget nothing.
 */
@NullMarked
package io.swarm4j.sim;

import org.jspecify.annotations.NullMarked;
