/** The embedding facade: everything that a user types starts here. */
@NullMarked
package io.swarm4j;

import org.jspecify.annotations.NullMarked;
