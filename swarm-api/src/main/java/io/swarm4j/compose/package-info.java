/**
 * Compose files read into specs: strict, with the file, line and column of everything that is
 * wrong.
 *
 * <p>{@link io.swarm4j.compose.ComposeFile} is the entry; it reads and checks, and applies nothing.
 */
@NullMarked
package io.swarm4j.compose;

import org.jspecify.annotations.NullMarked;
