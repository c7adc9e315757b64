package io.swarm4j.network.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.swarm4j.network.internal.LoopThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the sessions of a loop share, and how it ends. Where the test calls what is for the loop's
 * thread only, that is not started: the test is its thread.
 */
@Timeout(60)
class LoopTest {
  private static final int MIB = 1024 * 1024;

  private final Loop loop =
      new Loop(new LoopThreads("unit"), Transport.best(), new Counters(), Duration.ofSeconds(1));

  @AfterEach
  void close() throws InterruptedException {
    loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();
  }

  @Test
  void theMoreIsKeptForSlowPeersTheLessIsRead() {
    int plenty = loop.readLimit();
    Deque<ByteBuf> kept = new ArrayDeque<>();
    long bytes = 0;
    for (int i = 0; i < 2_000; i++) {
      ByteBuf scratch = loop.scratch();
      assertThat(scratch.writableBytes()).isEqualTo(plenty);
      scratch.writeZero(loop.readLimit());
      ByteBuf rest = loop.keepScratch();
      kept.add(rest);
      bytes += rest.capacity();
    }
    assertThat(loop.readLimit()).isLessThan(plenty);
    assertThat(bytes).isLessThan(48 * MIB);

    kept.forEach(loop::release);
    assertThat(loop.readLimit()).isEqualTo(plenty);
    assertThat(kept).allMatch(buffer -> buffer.refCnt() == 0);
  }

  @Test
  void aSmallRestIsKeptInASmallBuffer() {
    ByteBuf scratch = loop.scratch().writeInt(1).writeInt(2);
    scratch.readInt();
    ByteBuf rest = loop.keepScratch();
    assertThat(rest.capacity()).isEqualTo(4);
    assertThat(rest.readInt()).isEqualTo(2);
    assertThat(loop.scratch()).isSameAs(scratch);
    loop.release(rest);
  }

  /** Netty looks for a shutdown before it runs a turn's tasks, and ends after them. */
  @Test
  void whatIsWatchedHearsOfAShutdownThatBeginsWithinATurn() throws Exception {
    AtomicInteger ends = new AtomicInteger();
    Watcher watcher =
        new Watcher() {
          @Override
          public void ready(int ops) {}

          @Override
          public void loopEnds() {
            ends.incrementAndGet();
          }
        };
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (ListenSocket socket = loop.transport().listen(anyPort)) {
      Watch watch = socket.watch(watcher);
      CompletableFuture.runAsync(() -> begin(watch), loop).get(30, TimeUnit.SECONDS);

      loop.execute(
          () -> {
            Future<?> unused = loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
          });

      assertThat(loop.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(ends).hasValue(1);
  }

  private void begin(Watch watch) {
    try {
      watch.begin(loop, Watch.ACCEPT);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
