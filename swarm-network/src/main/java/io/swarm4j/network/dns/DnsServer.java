package io.swarm4j.network.dns;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.IoEventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import io.swarm4j.model.Check;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.network.internal.LoopThreads;
import io.swarm4j.time.Chance;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A name server for tasks that are programs of their own: it answers over UDP and TCP what {@link
 * Discovery} knows, and hands the rest to upstream servers.
 *
 * <ul>
 *   <li>A and AAAA records of all names of {@link Discovery}, in another order each time;
 *   <li>{@code _http._tcp.web} or {@code _8080._tcp.web}, SRV: that port at each running task;
 *   <li>{@code _http._tcp.published.web}, SRV: the published port at each node where it is open;
 *   <li>PTR records of virtual addresses and of those of running tasks.
 * </ul>
 *
 * <p>Whoever asks from an address that a task has sees what is on that task's networks; anybody
 * else sees what the address that was asked is for. The address of a service may be remembered for
 * a while, those of tasks may not: an answer never outlives its task.
 *
 * <p>It has one thread, a daemon. Thread-safe.
 */
public final class DnsServer implements AutoCloseable {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** A port that is free for UDP may be taken for TCP: then another one is tried. */
  private static final int MOST_PORTS_TRIED = 16;

  private final LoopThreads threads;
  private final IoEventLoop loop;
  private final AddressBook book;
  private final Responder responder;
  private final UdpForwarder udpForwarder;
  private final TcpForwarder tcpForwarder;
  private final LongAdder queries = new LongAdder();
  private final Map<InetSocketAddress, Bound> bound = new LinkedHashMap<>();
  private CompletableFuture<?> turn = CompletableFuture.completedFuture(null);
  private volatile boolean closed;

  private record Bound(
      InetSocketAddress actual,
      Exchange exchange,
      UdpSocket udp,
      TcpListener tcp,
      Channel acceptor) {
    void close() {
      udp.close();
      acceptor.close();
      tcp.closeConnections();
    }
  }

  private DnsServer(Builder builder) {
    threads = new LoopThreads("swarm-dns-" + builder.name + "-");
    Runnable first = builder.first;
    ThreadFactory made =
        work ->
            threads.newThread(
                () -> {
                  first.run();
                  work.run();
                });
    loop = new SingleThreadIoEventLoop(null, made, NioIoHandler.newFactory());
    book = builder.book;
    int ttl = (int) builder.stableTtl.toSeconds();
    Zone zone = new Zone(builder.discovery, builder.book, ttl);
    responder = new Responder(zone, !builder.upstreams.isEmpty());
    udpForwarder = new UdpForwarder(loop, builder.upstreams, builder.chance);
    tcpForwarder = new TcpForwarder(loop, builder.upstreams);
  }

  /**
   * Starts to describe a server.
   *
   * @param name distinguishes its thread from those of other servers in this process
   * @param discovery what it answers from
   * @param book who has which address, kept in step by the caller
   * @param chance for the numbers of queries to upstream servers: nobody may foresee them
   */
  public static Builder builder(String name, Discovery discovery, AddressBook book, Chance chance) {
    return new Builder(name, discovery, book, chance);
  }

  /** An address that cannot be listened on, and why. */
  public record Failure(InetSocketAddress address, IOException cause) {}

  /**
   * What became of a {@link #listen}.
   *
   * @param open the addresses that are open: as asked for, and as opened, which differ for port 0
   * @param failures the others; the next call tries them again
   */
  public record Listening(Map<InetSocketAddress, InetSocketAddress> open, List<Failure> failures) {
    /** Copies both. */
    public Listening {
      open = Map.copyOf(open);
      failures = List.copyOf(failures);
    }
  }

  /**
   * Listens on these addresses and on no others.
   *
   * @param addresses each with the networks that askers see who have no address in the swarm
   * @return completes exceptionally with {@link UnavailableException} if the server is closed
   */
  public CompletionStage<Listening> listen(Map<InetSocketAddress, List<NetworkId>> addresses) {
    Map<InetSocketAddress, List<NetworkId>> wanted = new LinkedHashMap<>(addresses);
    CompletableFuture<Listening> result = new CompletableFuture<>();
    try {
      loop.execute(() -> turn = turn.thenCompose(last -> reconcile(wanted, result)));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(new UnavailableException("the name server is closed"));
    }
    return result.minimalCompletionStage();
  }

  /** Never fails; one at a time. */
  private CompletableFuture<?> reconcile(
      Map<InetSocketAddress, List<NetworkId>> wanted, CompletableFuture<Listening> result) {
    bound
        .entrySet()
        .removeIf(
            entry -> {
              boolean surplus = !wanted.containsKey(entry.getKey());
              if (surplus) {
                entry.getValue().close();
              }
              return surplus;
            });
    List<Failure> failures = new ArrayList<>();
    CompletableFuture<?> opened = CompletableFuture.completedFuture(null);
    for (Map.Entry<InetSocketAddress, List<NetworkId>> entry : wanted.entrySet()) {
      Bound present = bound.get(entry.getKey());
      if (present != null) {
        present.exchange.serve(entry.getValue());
      } else {
        opened =
            opened.thenCompose(
                done -> open(entry.getKey(), entry.getValue(), failures, MOST_PORTS_TRIED));
      }
    }
    return opened.thenRun(
        () -> {
          Map<InetSocketAddress, InetSocketAddress> open = new LinkedHashMap<>();
          bound.forEach((asked, socket) -> open.put(asked, socket.actual));
          result.complete(new Listening(open, failures));
        });
  }

  private CompletableFuture<?> open(
      InetSocketAddress address, List<NetworkId> networks, List<Failure> failures, int tries) {
    Exchange exchange =
        new Exchange(book, responder, udpForwarder, tcpForwarder, queries, networks);
    CompletableFuture<Void> done = new CompletableFuture<>();
    UdpSocket udp;
    InetSocketAddress actual;
    try {
      udp = UdpSocket.open(loop, address, exchange);
      actual = udp.address();
    } catch (IOException e) {
      failures.add(new Failure(address, e));
      done.complete(null);
      return done;
    }
    TcpListener tcp = new TcpListener(loop, exchange);
    tcp.open(actual)
        .addListener(
            (ChannelFutureListener)
                opened -> {
                  if (opened.isSuccess()) {
                    bound.put(address, new Bound(actual, exchange, udp, tcp, opened.channel()));
                    done.complete(null);
                    return;
                  }
                  udp.close();
                  if (address.getPort() == 0 && tries > 1) {
                    open(address, networks, failures, tries - 1).thenRun(() -> done.complete(null));
                  } else {
                    failures.add(new Failure(address, new IOException(opened.cause())));
                    done.complete(null);
                  }
                });
    return done;
  }

  /** Queries received since the start. */
  public long queries() {
    return queries.sum();
  }

  /** Closes all sockets and ends the thread; waits for that, five seconds at most. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        loop.execute(
            () -> {
              bound.values().forEach(Bound::close);
              bound.clear();
              udpForwarder.close();
            });
      } catch (RejectedExecutionException e) {
        // Somebody else was faster.
      }
      Future<?> unused =
          loop.shutdownGracefully(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
    if (!loop.inEventLoop()) {
      try {
        loop.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        threads.join(CLOSE_TIMEOUT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Options of a {@link DnsServer}. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final Discovery discovery;
    private final AddressBook book;
    private final Chance chance;
    private List<InetSocketAddress> upstreams = List.of();
    private Duration stableTtl = Duration.ofSeconds(10);
    private Runnable first = () -> {};

    private Builder(String name, Discovery discovery, AddressBook book, Chance chance) {
      this.name = name;
      this.discovery = discovery;
      this.book = book;
      this.chance = chance;
    }

    /**
     * Who is asked for names that are none of the swarm's, one after the other; nobody unless set:
     * such names then do not exist.
     */
    public Builder upstreams(List<InetSocketAddress> upstreams) {
      this.upstreams = List.copyOf(upstreams);
      return this;
    }

    /**
     * What the server's thread does first, such as to enter the network namespace in which it is to
     * listen.
     */
    public Builder onThread(Runnable first) {
      this.first = first;
      return this;
    }

    /** For how long the address of a service may be remembered; 10 seconds unless set. */
    public Builder stableTtl(Duration stableTtl) {
      Check.of("DnsServer")
          .that(
              !stableTtl.isNegative() && stableTtl.toDays() <= 7,
              "stableTtl",
              stableTtl,
              "0 seconds to 7 days")
          .orThrow();
      this.stableTtl = stableTtl;
      return this;
    }

    /** Makes the server, which listens nowhere until it is told to. */
    public DnsServer build() {
      return new DnsServer(this);
    }
  }
}
