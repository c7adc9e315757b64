/** What a data plane has to serve: entries for clients, and the tasks behind them. */
@NullMarked
package io.swarm4j.network.endpoint;

import org.jspecify.annotations.NullMarked;
