/**
 * Swarms as parameters of JUnit 5 tests, simulated or real. Needs JUnit Jupiter of the test's own.
 */
@NullMarked
package io.swarm4j.junit;

import org.jspecify.annotations.NullMarked;
