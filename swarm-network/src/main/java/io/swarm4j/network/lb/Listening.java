package io.swarm4j.network.lb;

import java.net.InetSocketAddress;

/**
 * A listening address that is open.
 *
 * @param frontend id of the frontend whose backends serve it
 * @param requested the address as the frontend's bind names it
 * @param actual the address as opened; differs where port 0 was requested
 */
public record Listening(String frontend, InetSocketAddress requested, InetSocketAddress actual) {}
