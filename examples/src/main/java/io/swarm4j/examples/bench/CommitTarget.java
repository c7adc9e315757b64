package io.swarm4j.examples.bench;

import java.util.concurrent.CompletionStage;

/** Three members of a replicated store on this machine. */
interface CommitTarget extends AutoCloseable {

  /** Writes a value under a key; completes once a majority has it on disk. */
  CompletionStage<?> put(int key, byte[] value);

  @Override
  void close();
}
