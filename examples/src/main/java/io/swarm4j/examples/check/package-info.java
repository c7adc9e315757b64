/** The quickstart's check of itself. */
@NullMarked
package io.swarm4j.examples.check;

import org.jspecify.annotations.NullMarked;
