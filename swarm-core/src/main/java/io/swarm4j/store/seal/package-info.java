/** Encryption at rest: data keys, the keys that guard them, and what is sealed with them. */
@NullMarked
package io.swarm4j.store.seal;

import org.jspecify.annotations.NullMarked;
