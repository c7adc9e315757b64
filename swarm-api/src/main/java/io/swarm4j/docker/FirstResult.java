package io.swarm4j.docker;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Waits for the first thing that a stream brings. */
final class FirstResult<T> extends EngineStream<T> {
  private volatile @Nullable T first;

  @Override
  public void onNext(T result) {
    if (first == null) {
      first = result;
    }
  }

  /** The result, once the stream has ended. */
  T get() throws InterruptedException {
    await();
    return Objects.requireNonNull(first, "the engine gave no result");
  }
}
