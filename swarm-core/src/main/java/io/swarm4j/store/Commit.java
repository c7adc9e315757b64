package io.swarm4j.store;

import java.time.Instant;
import java.util.List;

/**
 * One committed step of the state.
 *
 * @param revision the revision that it led to
 * @param at when the leader made it
 * @param requests numbers of other managers' requests that are part of it
 * @param changes what changed, each object once
 * @param before the state before
 * @param after the state after
 */
public record Commit(
    long revision,
    Instant at,
    List<Long> requests,
    List<Change> changes,
    View before,
    View after) {}
