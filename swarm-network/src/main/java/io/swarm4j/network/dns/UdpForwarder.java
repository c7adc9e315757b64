package io.swarm4j.network.dns;

import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.Future;
import io.swarm4j.time.Chance;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks upstream servers, in their order, what the swarm does not know. Bounded: what comes while
 * too much is under way fails at once. Confined to one loop.
 *
 * <p>A reply counts only if it comes from the server that was asked, to the port that asked, with
 * the random number and the question that were sent.
 */
final class UdpForwarder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UdpForwarder.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Sockets for each upstream, each with a port that nobody can foresee. */
  private static final int SOCKETS = 4;

  private static final int MOST_UNDER_WAY = 4096;
  private static final int MOST_FOR_ONE_ASKER = 256;

  private final IoEventLoop loop;
  private final List<InetSocketAddress> upstreams;
  private final Chance chance;
  private final List<List<UpstreamSocket>> sockets = new ArrayList<>();
  private final ArrayDeque<Pending> queue = new ArrayDeque<>();
  private final Map<Object, Integer> byAsker = new HashMap<>();
  private int underWay;

  UdpForwarder(IoEventLoop loop, List<InetSocketAddress> upstreams, Chance chance) {
    this.loop = loop;
    this.upstreams = upstreams;
    this.chance = chance;
    upstreams.forEach(upstream -> sockets.add(new ArrayList<>()));
  }

  /** A query that waits for its reply. */
  final class Pending {
    final byte[] query;
    final int questionEnd;
    private final Object asker;
    private final Consumer<byte[]> whenDone;
    private int upstream;
    private long deadline;
    private boolean done;

    private Pending(byte[] query, int questionEnd, Object asker, Consumer<byte[]> whenDone) {
      this.query = query;
      this.questionEnd = questionEnd;
      this.asker = asker;
      this.whenDone = whenDone;
    }

    void succeed(byte[] reply) {
      if (!done) {
        done = true;
        underWay--;
        byAsker.computeIfPresent(asker, (key, count) -> count == 1 ? null : count - 1);
        reply[0] = query[0];
        reply[1] = query[1];
        whenDone.accept(reply);
      }
    }

    void tryNext() {
      if (!done) {
        upstream++;
        send(this);
      }
    }
  }

  /**
   * Asks.
   *
   * @param questionEnd length of the query's header and question
   * @param asker who must not take all there is
   * @param whenDone gets the reply, which tells of a failure where there is none
   */
  void ask(byte[] query, int questionEnd, Object asker, Consumer<byte[]> whenDone) {
    if (underWay >= MOST_UNDER_WAY || byAsker.getOrDefault(asker, 0) >= MOST_FOR_ONE_ASKER) {
      whenDone.accept(Wire.failure(query, questionEnd));
      return;
    }
    underWay++;
    byAsker.merge(asker, 1, Integer::sum);
    send(new Pending(query, questionEnd, asker, whenDone));
  }

  /** How many queries wait for a reply. */
  int underWay() {
    return underWay;
  }

  private void send(Pending pending) {
    while (pending.upstream < upstreams.size()) {
      try {
        socket(pending.upstream).send(pending);
        watch(pending);
        return;
      } catch (IOException e) {
        log.debug("Cannot ask {}: {}", upstreams.get(pending.upstream), e.toString());
        pending.upstream++;
      }
    }
    pending.succeed(Wire.failure(pending.query, pending.questionEnd));
  }

  private UpstreamSocket socket(int upstream) throws IOException {
    List<UpstreamSocket> open = sockets.get(upstream);
    if (open.size() < SOCKETS) {
      open.add(UpstreamSocket.open(loop, upstreams.get(upstream), chance));
    }
    return open.get(chance.nextInt(open.size()));
  }

  /** All wait equally long, so the queue is in the order of the deadlines. */
  private void watch(Pending pending) {
    pending.deadline = loop.ticker().nanoTime() + PATIENCE.toNanos();
    queue.add(pending);
    if (queue.size() == 1) {
      Future<?> unused = loop.schedule(this::expire, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void expire() {
    long now = loop.ticker().nanoTime();
    List<Pending> late = new ArrayList<>();
    while (!queue.isEmpty() && (queue.peek().done || queue.peek().deadline - now <= 0)) {
      late.add(queue.remove());
    }
    if (!queue.isEmpty()) {
      long wait = Math.max(1_000_000, queue.peek().deadline - now);
      Future<?> unused = loop.schedule(this::expire, wait, TimeUnit.NANOSECONDS);
    }
    sockets.forEach(each -> each.forEach(socket -> socket.forget(late)));
    late.forEach(Pending::tryNext);
  }

  @Override
  public void close() {
    sockets.forEach(each -> each.forEach(UpstreamSocket::close));
  }

  /** Whether a reply repeats the question that was asked; case does not matter. */
  static boolean answers(ByteBuffer reply, Pending pending) {
    if (reply.limit() < pending.questionEnd || (reply.getShort(2) & Wire.RESPONSE) == 0) {
      return false;
    }
    for (int i = Wire.HEADER; i < pending.questionEnd; i++) {
      int ours = pending.query[i];
      int theirs = reply.get(i);
      if (ours != theirs && ((ours ^ theirs) != 0x20 || !Character.isLetter(ours))) {
        return false;
      }
    }
    return true;
  }
}
