/**
 * The sample applications: small programs that run as tasks, each made to show one thing that a
 * swarm does.
 */
@NullMarked
package io.swarm4j.examples.apps;

import org.jspecify.annotations.NullMarked;
