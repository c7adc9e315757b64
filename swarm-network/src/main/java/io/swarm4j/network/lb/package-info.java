/**
 * Layer-4 balancing in user space: a {@link io.swarm4j.network.lb.Balancer} accepts TCP connections
 * on any number of addresses and relays each of them to one backend.
 *
 * <p>The package knows nothing of services and tasks. It is told what to do by a {@link
 * io.swarm4j.network.lb.BalancerConfig}, a complete description with a revision, and reports when
 * that revision is in force: from then on no new connection reaches a backend that is not in it.
 *
 * <p>How it works. Every {@code Loop} is one thread with one selector; a connection stays on the
 * loop that accepted it. A {@code Listener} is one bound socket, registered with all loops, and
 * points to a {@code FrontendState}, whose array of backends is replaced as a whole. A {@code
 * Session} joins the client's {@code Endpoint} to the backend's and owns the rules of half-close,
 * back-pressure and retry. The {@code Reconciler} turns one configuration into the next.
 *
 * <p>Netty supplies the event loop and the buffers, but not the channels: a relay needs neither
 * pipelines nor promises per connection, and idle connections need no buffer at all.
 */
@NullMarked
package io.swarm4j.network.lb;

import org.jspecify.annotations.NullMarked;
