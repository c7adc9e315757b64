package io.swarm4j.store.file;

import java.util.concurrent.CompletableFuture;

/**
 * A record to be written.
 *
 * @param done told the index when the record is on disk
 */
record Entry(long index, long term, byte[] payload, CompletableFuture<Long> done) {}
