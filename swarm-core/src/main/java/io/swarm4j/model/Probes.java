package io.swarm4j.model;

import org.jspecify.annotations.Nullable;

/**
 * Separate checks for separate questions.
 *
 * @param startup has it come up; the others wait for its first success
 * @param readiness may it get traffic; a failure withdraws it but never replaces it
 * @param liveness must it be replaced
 */
public record Probes(
    @Nullable HealthCheck startup,
    @Nullable HealthCheck readiness,
    @Nullable HealthCheck liveness) {}
