/**
 * Nodes as processes: how they join a swarm over the network, prove who they are, and talk to their
 * managers.
 */
@NullMarked
package io.swarm4j.node;

import org.jspecify.annotations.NullMarked;
