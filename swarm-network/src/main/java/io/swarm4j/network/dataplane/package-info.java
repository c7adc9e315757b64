/** What carries the traffic between tasks, and what it needs of the machine. */
@NullMarked
package io.swarm4j.network.dataplane;

import org.jspecify.annotations.NullMarked;
