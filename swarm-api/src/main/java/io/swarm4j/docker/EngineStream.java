package io.swarm4j.docker;

import com.github.dockerjava.api.async.ResultCallback;
import java.io.Closeable;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What the engine sends as it comes, on a thread of the library. The library's own base class logs
 * every end of a connection as an error with its stack, which is the daily bread of a node.
 */
abstract class EngineStream<T> implements ResultCallback<T> {
  private final CountDownLatch done = new CountDownLatch(1);
  private @Nullable Closeable connection;
  private @Nullable Throwable failure;
  private boolean closed;

  /** Something has come. */
  @Override
  public abstract void onNext(T item);

  /**
   * Nothing more will come; called once.
   *
   * @param cause null if the engine has ended it in good order
   */
  void ended(@Nullable Throwable cause) {}

  @Override
  public void onStart(Closeable opened) {
    boolean late;
    synchronized (this) {
      connection = opened;
      late = closed;
    }
    if (late) {
      EngineConnection.endStream(opened);
    }
  }

  @Override
  public final void onError(Throwable cause) {
    end(cause);
  }

  @Override
  public final void onComplete() {
    end(null);
  }

  private void end(@Nullable Throwable cause) {
    synchronized (this) {
      if (done.getCount() == 0) {
        return;
      }
      failure = closed ? null : cause;
      done.countDown();
    }
    ended(cause);
  }

  /** Waits for the end; throws what went wrong, unless it was closed. */
  final void await() throws InterruptedException {
    done.await();
    synchronized (this) {
      if (failure instanceof RuntimeException known) {
        throw known;
      } else if (failure != null) {
        throw new IllegalStateException(Objects.toString(failure.getMessage()), failure);
      }
    }
  }

  /** Ends it from this side. Idempotent. */
  @Override
  public final void close() {
    Closeable open;
    synchronized (this) {
      closed = true;
      open = connection;
    }
    if (open != null) {
      EngineConnection.endStream(open);
    }
    done.countDown();
  }
}
