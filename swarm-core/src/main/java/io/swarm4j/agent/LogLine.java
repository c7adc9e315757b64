package io.swarm4j.agent;

import java.time.Instant;

/**
 * A line of a task's output.
 *
 * @param at when it was written
 * @param stream where it was written to
 * @param bytes its content without the line end
 */
public record LogLine(Instant at, LogSink.Stream stream, byte[] bytes) {}
