package io.swarm4j.network.lb;

import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes what runs agree with a configuration. One configuration at a time: of those that arrive
 * meanwhile only the newest is enforced, which answers for all.
 *
 * <p>Everything runs on one loop, the control loop; {@link #frontends} and {@link #backends} may be
 * read from anywhere.
 */
final class Reconciler {
  private final List<Loop> loops;
  private final Loop control;
  private final Map<String, FrontendState> frontends = new ConcurrentHashMap<>();
  private final Map<String, BackendState> backends = new ConcurrentHashMap<>();
  private final Map<Bind, BoundSocket> listeners = new LinkedHashMap<>();
  private final Deque<Request> waiting = new ArrayDeque<>();
  private @Nullable Request running;
  private @Nullable Applied inForce;

  Reconciler(List<Loop> loops) {
    this.loops = loops;
    this.control = loops.get(0);
  }

  Map<String, FrontendState> frontends() {
    return frontends;
  }

  Map<String, BackendState> backends() {
    return backends;
  }

  void submit(BalancerConfig config, CompletableFuture<Applied> result) {
    waiting.add(new Request(config, List.of(result)));
    if (running == null) {
      enforceNewest();
    }
  }

  /** Fails what has not been enforced. */
  void stop() {
    List<Request> unfinished = new ArrayList<>(waiting);
    waiting.clear();
    if (running != null) {
      unfinished.add(running);
    }
    UnavailableException cause = new UnavailableException("the balancer was closed");
    unfinished.forEach(request -> request.fail(cause));
  }

  private void enforceNewest() {
    if (waiting.isEmpty()) {
      return;
    }
    BalancerConfig newest = waiting.element().config;
    List<CompletableFuture<Applied>> results = new ArrayList<>();
    for (Request request : waiting) {
      results.addAll(request.results);
      if (request.config.revision() >= newest.revision()) {
        newest = request.config;
      }
    }
    waiting.clear();
    Request request = new Request(newest, results);
    if (inForce != null && newest.revision() < inForce.revision()) {
      request.complete(inForce);
      return;
    }
    running = request;
    CompletableFuture<?> unused =
        enforce(newest)
            .whenCompleteAsync((applied, failure) -> finish(request, applied, failure), control);
  }

  private void finish(Request request, @Nullable Applied applied, @Nullable Throwable failure) {
    running = null;
    if (applied != null) {
      inForce = applied;
      request.complete(applied);
    } else if (failure != null) {
      request.fail(failure);
    }
    enforceNewest();
  }

  /**
   * Routes first, so that no loop chooses a withdrawn backend again; then the sockets, closing
   * before opening, since an address may pass from one bind to an overlapping one; last the
   * barrier, after which no loop still connects to a withdrawn backend.
   */
  private CompletableFuture<Applied> enforce(BalancerConfig config) {
    List<BindFailure> failures = new ArrayList<>();
    return CompletableFuture.completedFuture(config)
        .thenApply(this::route)
        .thenCompose(
            wanted ->
                closeAllBut(wanted)
                    .thenComposeAsync(closed -> open(wanted, failures), control)
                    .thenComposeAsync(opened -> barrier(), control)
                    .thenApplyAsync(
                        passed -> {
                          forgetIdleBackends(config);
                          return describe(config.revision(), failures);
                        },
                        control));
  }

  private Map<Bind, FrontendState> route(BalancerConfig config) {
    Map<Bind, FrontendState> wanted = new LinkedHashMap<>();
    Map<String, FrontendState> kept = new LinkedHashMap<>();
    for (Frontend frontend : config.frontends()) {
      FrontendState state = frontends.computeIfAbsent(frontend.id(), FrontendState::new);
      List<Target> targets = new ArrayList<>();
      for (Backend backend : frontend.backends()) {
        BackendState counts =
            backends.computeIfAbsent(
                backend.id(), id -> new BackendState(control.ticker().nanoTime()));
        targets.add(new Target(backend, counts));
      }
      state.update(frontend, targets);
      kept.put(frontend.id(), state);
      for (InetSocketAddress address : frontend.binds()) {
        wanted.put(Bind.of(frontend, address), state);
      }
    }
    listeners.forEach(
        (bind, listener) -> {
          FrontendState state = wanted.get(bind);
          if (state != null) {
            listener.serve(state);
          }
        });
    frontends.forEach(
        (id, state) -> {
          if (!kept.containsKey(id)) {
            state.retire();
          }
        });
    frontends.keySet().retainAll(kept.keySet());
    return wanted;
  }

  private CompletableFuture<Void> closeAllBut(Map<Bind, FrontendState> wanted) {
    List<CompletableFuture<Void>> closings = new ArrayList<>();
    listeners
        .entrySet()
        .removeIf(
            entry -> {
              boolean surplus = !(wanted.containsKey(entry.getKey()) && entry.getValue().isOpen());
              if (surplus) {
                closings.add(entry.getValue().stop());
              }
              return surplus;
            });
    return all(closings);
  }

  private CompletableFuture<Void> open(
      Map<Bind, FrontendState> wanted, List<BindFailure> failures) {
    List<CompletableFuture<Void>> openings = new ArrayList<>();
    wanted.forEach(
        (bind, frontend) -> {
          if (!listeners.containsKey(bind)) {
            try {
              BoundSocket listener =
                  bind.protocol == Protocol.UDP
                      ? UdpListener.open(bind.address, frontend, loopFor(bind))
                      : Listener.open(bind.address, frontend, loops);
              listeners.put(bind, listener);
              openings.add(listener.start());
            } catch (IOException e) {
              failures.add(new BindFailure(frontend.id(), bind.address, e));
            }
          }
        });
    return all(openings);
  }

  /** Datagrams of one socket are handled on one loop, lest they overtake each other. */
  private Loop loopFor(Bind bind) {
    return loops.get(Math.floorMod(bind.hashCode(), loops.size()));
  }

  private CompletableFuture<Void> barrier() {
    return all(
        loops.stream().map(loop -> CompletableFuture.runAsync(loop::reconsider, loop)).toList());
  }

  /** Only after the barrier: before, a loop may still count a connection of a withdrawn backend. */
  private void forgetIdleBackends(BalancerConfig config) {
    Set<String> used = new HashSet<>();
    for (Frontend frontend : config.frontends()) {
      frontend.backends().forEach(backend -> used.add(backend.id()));
    }
    backends
        .entrySet()
        .removeIf(entry -> !used.contains(entry.getKey()) && entry.getValue().active() == 0);
  }

  /** The addresses that are open at this moment; control loop only. */
  List<Serving> serving() {
    return listeners.values().stream()
        .filter(BoundSocket::isOpen)
        .map(socket -> new Serving(socket.describe(), socket.frontend().backends()))
        .toList();
  }

  private Applied describe(long revision, List<BindFailure> failures) {
    return new Applied(
        revision, listeners.values().stream().map(BoundSocket::describe).toList(), failures);
  }

  private static CompletableFuture<Void> all(Collection<CompletableFuture<Void>> futures) {
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
  }

  /** Identity of a listening socket; port 0 means a socket of its own for each frontend. */
  private record Bind(Protocol protocol, InetSocketAddress address, String owner) {
    static Bind of(Frontend frontend, InetSocketAddress address) {
      return new Bind(frontend.protocol(), address, address.getPort() == 0 ? frontend.id() : "");
    }
  }

  private record Request(BalancerConfig config, List<CompletableFuture<Applied>> results) {
    void complete(Applied applied) {
      results.forEach(result -> result.complete(applied));
    }

    void fail(Throwable cause) {
      results.forEach(result -> result.completeExceptionally(cause));
    }
  }
}
