package io.swarm4j.network.lb;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.swarm4j.model.Check;
import java.time.Duration;

/**
 * What a {@link Frontend} can do beyond choosing a backend.
 *
 * @param sameNodeFirst whether backends of the balancer's own node come first; others get
 *     connections only if none of these takes one
 * @param stickiness for how long after a client's last connection its next one goes to the same
 *     backend, as long as that is offered; zero for not at all
 * @param maxConnections how many connections there may be at the same time; more are reset. 0 for
 *     any number
 * @param maxPerBackend the same for each backend of the frontend, counted over all frontends
 * @param idleTimeout after how long without a byte either way a connection is reset on both sides,
 *     or a flow of datagrams ends; zero for never, which for datagrams means 60 seconds
 * @param slowStart during which time the share of a new backend rises to its full one; zero for at
 *     once
 * @param proxyProtocolIn whether clients, which are other balancers, say in a PROXY protocol header
 *     of version 1 or 2 for whom they connect; who does not is reset. Only for addresses that
 *     nobody else can connect to: whoever can may claim any address
 */
@RecordBuilder
public record FrontendOptions(
    boolean sameNodeFirst,
    Duration stickiness,
    int maxConnections,
    int maxPerBackend,
    Duration idleTimeout,
    Duration slowStart,
    boolean proxyProtocolIn)
    implements FrontendOptionsBuilder.With {

  /** Nothing of it. */
  public static final FrontendOptions NONE =
      new FrontendOptions(false, Duration.ZERO, 0, 0, Duration.ZERO, Duration.ZERO, false);

  /**
   * Validates the fields.
   *
   * @throws io.swarm4j.model.InvalidSpecException if one of them is negative
   */
  public FrontendOptions {
    Check.of("FrontendOptions")
        .that(!stickiness.isNegative(), "stickiness", stickiness, "zero or more")
        .that(maxConnections >= 0, "maxConnections", maxConnections, "0 for any number, or more")
        .that(maxPerBackend >= 0, "maxPerBackend", maxPerBackend, "0 for any number, or more")
        .that(!idleTimeout.isNegative(), "idleTimeout", idleTimeout, "zero or more")
        .that(!slowStart.isNegative(), "slowStart", slowStart, "zero or more")
        .orThrow();
  }
}
