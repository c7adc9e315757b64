/** Service discovery: which addresses stand behind a name. */
@NullMarked
package io.swarm4j.network.dns;

import org.jspecify.annotations.NullMarked;
