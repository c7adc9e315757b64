/** Runnable programs, sample applications and benchmarks. */
@NullMarked
package io.swarm4j.examples;

import org.jspecify.annotations.NullMarked;
