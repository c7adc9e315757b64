/** The node's side: the state machine of its tasks, and the runtimes that run them. */
@NullMarked
package io.swarm4j.agent;

import org.jspecify.annotations.NullMarked;
