/**
 * From services to tasks: what the leader does, turn by turn, to make the swarm what its users
 * want.
 */
@NullMarked
package io.swarm4j.orchestrator;

import org.jspecify.annotations.NullMarked;
