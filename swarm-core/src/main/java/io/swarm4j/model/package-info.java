/** What a swarm consists of: ids, specs, objects and states, all of them immutable. */
@NullMarked
package io.swarm4j.model;

import org.jspecify.annotations.NullMarked;
