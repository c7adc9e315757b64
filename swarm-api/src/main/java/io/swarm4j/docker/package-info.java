/**
 * A runtime whose tasks are containers of a Docker Engine.
 *
 * <p>{@link io.swarm4j.docker.DockerRuntime} drives one engine for one node. Its containers carry
 * labels by which its next life finds them; containers of others are never touched.
 */
@NullMarked
package io.swarm4j.docker;

import org.jspecify.annotations.NullMarked;
