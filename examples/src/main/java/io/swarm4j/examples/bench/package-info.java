/** Whole-system benchmarks: {@code examples/run bench NAME}. */
@NullMarked
package io.swarm4j.examples.bench;

import org.jspecify.annotations.NullMarked;
