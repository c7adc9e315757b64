/** Published ports: who holds which, and who may have it. */
@NullMarked
package io.swarm4j.network.ports;

import org.jspecify.annotations.NullMarked;
