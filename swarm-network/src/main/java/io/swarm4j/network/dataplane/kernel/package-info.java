/**
 * The data plane of a Linux node whose tasks have network namespaces of their own: bridges and
 * VXLAN devices carry the overlays, nftables balances.
 *
 * <p>A {@link io.swarm4j.network.dataplane.kernel.KernelPlane} is told the whole of what shall be
 * by a {@link io.swarm4j.network.dataplane.kernel.KernelConfig}. Everything that it makes bears the
 * name {@code swarm4j}, or begins with {@code s4j} where names are short; nothing else is touched.
 *
 * <p>Balancing is done by flat maps: one element per endpoint and slot, so that a change costs as
 * many elements as it concerns. See {@code NatTable} for their shape.
 */
@NullMarked
package io.swarm4j.network.dataplane.kernel;

import org.jspecify.annotations.NullMarked;
