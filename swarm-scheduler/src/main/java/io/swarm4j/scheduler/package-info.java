/** The choice of a node for each task, as pure functions that explain themselves. */
@NullMarked
package io.swarm4j.scheduler;

import org.jspecify.annotations.NullMarked;
