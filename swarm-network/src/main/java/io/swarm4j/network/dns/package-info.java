/**
 * Service discovery: which addresses stand behind a name.
 *
 * <p>{@link io.swarm4j.network.dns.Discovery} answers from the swarm's state, for tasks in this
 * JVM. {@link io.swarm4j.network.dns.DnsServer} does so over the network: {@code Query} reads a
 * message, {@code Zone} makes an {@code Answer} of what discovery finds, {@code Responder} keeps
 * answers by the bytes of their questions and writes replies; none of these touches a socket. Netty
 * supplies the event loop and the connections. Datagrams bypass its channels and its DNS codec,
 * which make a dozen objects for each query.
 */
@NullMarked
package io.swarm4j.network.dns;

import org.jspecify.annotations.NullMarked;
