/** The only source of time, threads and chance: real for production, virtual for simulation. */
@NullMarked
package io.swarm4j.time;

import org.jspecify.annotations.NullMarked;
