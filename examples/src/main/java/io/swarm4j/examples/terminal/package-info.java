/** What the examples show in a terminal. */
@NullMarked
package io.swarm4j.examples.terminal;

import org.jspecify.annotations.NullMarked;
