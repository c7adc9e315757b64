/** Subnets, and the addresses in them: who holds which, and which is next. */
@NullMarked
package io.swarm4j.network.ipam;

import org.jspecify.annotations.NullMarked;
