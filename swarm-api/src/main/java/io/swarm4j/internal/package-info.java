/**
 * <strong>Not API.</strong> How the facade puts a swarm together; may change at any time without
 * notice.
 */
@NullMarked
package io.swarm4j.internal;

import org.jspecify.annotations.NullMarked;
