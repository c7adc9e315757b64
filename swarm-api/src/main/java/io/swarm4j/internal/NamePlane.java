package io.swarm4j.internal;

import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.network.dataplane.Difference;
import io.swarm4j.network.dns.AddressBook;
import io.swarm4j.network.dns.Discovery;
import io.swarm4j.network.dns.DnsServer;
import io.swarm4j.network.dns.ResolvConf;
import io.swarm4j.store.Change;
import io.swarm4j.store.Commit;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name server of a swarm in one JVM, for tasks that are programs of their own: it listens on
 * the gateway address of every network that is in use. Runs on the data plane's loop.
 */
final class NamePlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamePlane.class);

  /** Where port 53 is for privileged programs only. */
  private static final int UNPRIVILEGED_PORT = 10_053;

  private final String name;
  private final Loop loop;
  private final Chance chance;
  private final Discovery discovery;
  private final AddressBook book = new AddressBook();
  private @Nullable DnsServer server;
  private int port = ResolvConf.PORT;
  private boolean closed;
  private CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);
  private volatile Map<NetworkId, InetSocketAddress> open = Map.of();

  NamePlane(String name, Loop loop, Chance chance, Discovery discovery) {
    this.name = name;
    this.loop = loop;
    this.chance = chance;
    this.discovery = discovery;
  }

  void reset(View state) {
    book.reset(state);
    listen(state);
  }

  void follow(Commit commit) {
    book.apply(commit.changes());
    for (Change change : commit.changes()) {
      if (change.latest() instanceof Network) {
        listen(commit.after());
        return;
      }
    }
  }

  /** Completes once the servers that were asked for last are open, or cannot be. Loop only. */
  CompletableFuture<Void> settled() {
    return settled;
  }

  /** The networks whose names are not answered, or are though they shall not be. */
  List<Difference> differences(View state) {
    Map<NetworkId, InetSocketAddress> actual = new TreeMap<>(open);
    List<Difference> found = new ArrayList<>();
    addresses(state)
        .forEach(
            (address, networks) -> {
              if (actual.remove(networks.get(0)) == null) {
                found.add(new Difference("names of network " + networks.get(0), "" + address, ""));
              }
            });
    actual.forEach(
        (network, address) ->
            found.add(new Difference("names of network " + network, "", "" + address)));
    return found;
  }

  private Map<InetSocketAddress, List<NetworkId>> addresses(View state) {
    Map<InetSocketAddress, List<NetworkId>> addresses = new LinkedHashMap<>();
    for (Network network : state.networks()) {
      for (IpPool pool : network.pools()) {
        Ip gateway = pool.gateway();
        if (!network.spec().ingress() && gateway != null && gateway.isV4()) {
          addresses.put(
              new InetSocketAddress(gateway.toInetAddress(), port), List.of(network.id()));
        }
      }
    }
    return addresses;
  }

  private void listen(View state) {
    Map<InetSocketAddress, List<NetworkId>> addresses = addresses(state);
    if (closed || (addresses.isEmpty() && server == null)) {
      return;
    }
    DnsServer listening = server;
    if (listening == null) {
      listening =
          DnsServer.builder(name, discovery, book, chance)
              .upstreams(ResolvConf.nameServers())
              .build();
      server = listening;
    }
    settled =
        listening
            .listen(addresses)
            .thenAcceptAsync(result -> opened(state, addresses, result), loop)
            .exceptionally(closed -> null)
            .toCompletableFuture();
  }

  private void opened(
      View state, Map<InetSocketAddress, List<NetworkId>> addresses, DnsServer.Listening result) {
    if (result.open().isEmpty() && !result.failures().isEmpty() && port == ResolvConf.PORT) {
      port = UNPRIVILEGED_PORT;
      listen(state);
      return;
    }
    for (DnsServer.Failure failure : result.failures()) {
      LOG.warn(
          "the name server cannot listen on {}: {}",
          failure.address(),
          failure.cause().getMessage());
    }
    Map<NetworkId, InetSocketAddress> now = new TreeMap<>();
    result
        .open()
        .forEach(
            (asked, actual) ->
                addresses.getOrDefault(asked, List.of()).forEach(id -> now.put(id, actual)));
    open = Map.copyOf(now);
  }

  /** Where the names of each network are answered. Any thread. */
  Map<NetworkId, InetSocketAddress> open() {
    return open;
  }

  @Override
  public void close() {
    closed = true;
    DnsServer listening = server;
    if (listening != null) {
      listening.close();
    }
  }
}
