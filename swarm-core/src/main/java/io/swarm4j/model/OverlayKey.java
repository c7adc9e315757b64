package io.swarm4j.model;

import java.time.Instant;

/**
 * One of the keys from which nodes derive what encrypts their traffic on overlays.
 *
 * @param number higher than those of all keys before
 * @param secret the key itself
 * @param madeAt when it was made
 */
public record OverlayKey(int number, Payload secret, Instant madeAt) {}
