/** A first measurement of the balancer beside a direct connection and HAProxy; no test. */
@NullMarked
package io.swarm4j.network.lb.measure;

import org.jspecify.annotations.NullMarked;
