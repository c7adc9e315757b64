/** The one place where state lives: views, transactions, changes, and the log that orders them. */
@NullMarked
package io.swarm4j.store;

import org.jspecify.annotations.NullMarked;
