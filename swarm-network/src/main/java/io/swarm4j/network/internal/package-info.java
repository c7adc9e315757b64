/** What the parts of this module share. No API: it may change at any time. */
@NullMarked
package io.swarm4j.network.internal;

import org.jspecify.annotations.NullMarked;
