/**
 * The leader's allocator: gives networks their subnets, services their ports and virtual addresses,
 * tasks their addresses.
 */
@NullMarked
package io.swarm4j.network.allocator;

import org.jspecify.annotations.NullMarked;
