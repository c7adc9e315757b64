/** A web page that shows the swarm, live and read-only. */
@NullMarked
package io.swarm4j.dashboard;

import org.jspecify.annotations.NullMarked;
