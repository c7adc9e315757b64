/**
 * A runtime whose images are Java code: for tests, for embedding, for the first run.
 *
 * <p>Register code under image names in {@link io.swarm4j.agent.jvm.JvmImages}, hand them to a
 * {@link io.swarm4j.agent.jvm.JvmRuntime}, and services can be made of them. Each task has a
 * thread, an address, a log, secrets and a stop signal of its own, all of them reached through
 * {@link io.swarm4j.agent.jvm.JvmTask}. What tasks share is the JVM: heap, system properties, and
 * whatever static state the code has.
 */
@NullMarked
package io.swarm4j.agent.jvm;

import org.jspecify.annotations.NullMarked;
