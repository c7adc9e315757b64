/** How traffic finds a task: addresses, ports, names, balancing and data planes. */
@NullMarked
package io.swarm4j.network;

import org.jspecify.annotations.NullMarked;
