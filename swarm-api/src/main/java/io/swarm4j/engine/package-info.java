/** The Docker Engine API of a swarm's nodes, so that the stock docker CLI drives a swarm. */
@NullMarked
package io.swarm4j.engine;

import org.jspecify.annotations.NullMarked;
