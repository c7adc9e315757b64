package io.swarm4j.network.dataplane.kernel;

import io.swarm4j.model.ServiceId;

/**
 * A published port that asks for an interface which the node does not have, and is not open there.
 *
 * @param service whose port it is
 * @param name the interface
 * @param port the port's number
 */
public record MissingInterface(ServiceId service, String name, int port) {}
