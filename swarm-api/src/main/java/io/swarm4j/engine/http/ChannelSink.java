package io.swarm4j.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A stream to a client, in chunks of HTTP or as it is. */
final class ChannelSink implements Sink {
  private final Channel channel;
  private final boolean chunks;
  private final Runnable afterEnd;
  private final AtomicLong pending = new AtomicLong();
  private final List<Runnable> whenReady = new ArrayList<>();
  private final List<Runnable> whenEnded = new ArrayList<>();
  private volatile boolean ended;

  /**
   * A sink.
   *
   * @param chunks whether bytes are wrapped in HTTP chunks
   * @param afterEnd called on the channel's thread when the stream has ended in good order
   */
  ChannelSink(Channel channel, boolean chunks, Runnable afterEnd) {
    this.channel = channel;
    this.chunks = chunks;
    this.afterEnd = afterEnd;
  }

  @Override
  public boolean write(byte[] bytes) {
    if (ended || bytes.length == 0) {
      return channel.isWritable();
    }
    pending.addAndGet(bytes.length);
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    channel
        .writeAndFlush(chunks ? new DefaultHttpContent(buffer) : buffer)
        .addListener(done -> pending.addAndGet(-bytes.length));
    return channel.isWritable();
  }

  @Override
  public long pending() {
    return pending.get();
  }

  @Override
  public void whenReady(Runnable action) {
    channel
        .eventLoop()
        .execute(
            () -> {
              if (ended || channel.isWritable()) {
                action.run();
              } else {
                whenReady.add(action);
              }
            });
  }

  @Override
  public void awaitReady() {
    CountDownLatch ready = new CountDownLatch(1);
    whenReady(ready::countDown);
    try {
      ready.await();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void pauseReading() {
    channel.config().setAutoRead(false);
  }

  @Override
  public void resumeReading() {
    channel.config().setAutoRead(true);
  }

  @Override
  public void end() {
    channel
        .eventLoop()
        .execute(
            () -> {
              if (!ended) {
                closed();
                Object last = chunks ? LastHttpContent.EMPTY_LAST_CONTENT : Unpooled.EMPTY_BUFFER;
                channel.writeAndFlush(last).addListener(done -> afterEnd.run());
              }
            });
  }

  @Override
  public void endAfter(Duration time) {
    channel.eventLoop().schedule(this::end, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void abort() {
    channel.close();
  }

  @Override
  public void whenEnded(Runnable action) {
    channel
        .eventLoop()
        .execute(
            () -> {
              if (ended) {
                action.run();
              } else {
                whenEnded.add(action);
              }
            });
  }

  /** On the channel's thread: nothing more can be written. */
  void closed() {
    if (!ended) {
      ended = true;
      run(whenEnded);
      run(whenReady);
    }
  }

  void writabilityChanged() {
    if (channel.isWritable()) {
      run(whenReady);
    }
  }

  private static void run(List<Runnable> actions) {
    List<Runnable> due = List.copyOf(actions);
    actions.clear();
    due.forEach(Runnable::run);
  }
}
