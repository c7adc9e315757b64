package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.dashboard.Dashboard;
import io.swarm4j.docker.EngineAddress;
import io.swarm4j.engine.http.HttpLimits;
import io.swarm4j.engine.http.HttpServer;
import io.swarm4j.engine.http.Listen;
import io.swarm4j.engine.http.Outlet;
import io.swarm4j.engine.http.Request;
import io.swarm4j.engine.http.Response;
import io.swarm4j.model.SwarmException;
import io.swarm4j.time.Time;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The Docker Engine API of one node, for the stock {@code docker} CLI and other clients.
 *
 * <pre>{@code
 * try (EngineApi api = EngineApi.of(swarm, "m1").unixSocket(Path.of("m1.sock")).start()) {
 *   // DOCKER_HOST=unix://m1.sock docker service ls
 * }
 * }</pre>
 *
 * <p>Versions 1.24 to 1.51 are served, and a web page under {@code /dashboard/}. Thread-safe.
 */
public final class EngineApi implements AutoCloseable {
  private final HttpServer server;
  private final Access access;
  private final PerSwarm<ContainerIndex> containers;
  private final PerSwarm<EventHub> events;
  private final PerSwarm<Dashboard> dashboard;

  private EngineApi(Builder builder) {
    String name = "engine-" + builder.seat.hostname();
    Time time = builder.seat.time();
    LocalEngine engine =
        builder.engine == null ? null : new LocalEngine(name, time, builder.engine);
    containers = new PerSwarm<>(builder.seat, ContainerIndex::new);
    access = new Access(builder.seat, builder.strict, engine, containers);
    events = new PerSwarm<>(builder.seat, EventHub::new);
    dashboard = new PerSwarm<>(builder.seat, Dashboard::new);
    ExecSessions sessions = new ExecSessions(time.newChance());
    Routes routes = routes(sessions);
    Doorkeeper doorkeeper = new Doorkeeper(Set.copyOf(builder.names));
    try {
      events.prepare();
      dashboard.prepare();
      server =
          HttpServer.start(
              name,
              time,
              builder.listens,
              builder.limits,
              request -> answer(request, routes, doorkeeper),
              engine == null
                  ? Outlet.NONE
                  : new EngineOutlet(access, engine, doorkeeper, sessions));
    } catch (RuntimeException failed) {
      closeSources();
      throw failed;
    }
  }

  private Routes routes(ExecSessions sessions) {
    Routes routes = new Routes();
    new SystemRoutes(access).addTo(routes);
    new SwarmRoutes(access).addTo(routes);
    new ServiceRoutes(access).addTo(routes);
    new TaskRoutes(access).addTo(routes);
    new NodeRoutes(access).addTo(routes);
    new NetworkRoutes(access).addTo(routes);
    new PayloadRoutes(access).addTo(routes);
    new EventRoutes(access, events).addTo(routes);
    new LogRoutes(access).addTo(routes);
    new ContainerRoutes(access).addTo(routes);
    new ContainerEndRoutes(access).addTo(routes);
    new ExecRoutes(access, sessions).addTo(routes);
    new ImageRoutes(access).addTo(routes);
    return routes;
  }

  /** The API of a node of an embedded swarm. */
  public static Builder of(Swarm swarm, String node) {
    return new Builder(NodeSeat.embedded(swarm, node));
  }

  /** The API of a node. */
  public static Builder of(NodeSeat seat) {
    return new Builder(seat);
  }

  private CompletionStage<Response> answer(Request request, Routes routes, Doorkeeper doorkeeper) {
    CompletionStage<Response> answer;
    try {
      doorkeeper.check(request);
      boolean isPage =
          !request.segments().isEmpty() && request.segments().get(0).equals("dashboard");
      answer =
          isPage
              ? CompletableFuture.completedFuture(
                  dashboard.get().answer(request.withoutFirstSegment()))
              : route(request, routes);
    } catch (SwarmException refused) {
      answer = CompletableFuture.failedFuture(refused);
    } catch (RuntimeException fault) {
      answer = CompletableFuture.failedFuture(fault);
    }
    return answer.exceptionally(Errors::response).thenApply(this::withHeaders);
  }

  private CompletionStage<Response> route(Request request, Routes routes) {
    ApiVersion version = ApiVersion.of(request);
    if (version == null) {
      return access.newest().thenCompose(newest -> routes.answer(request, newest));
    }
    Request plain = request.withoutFirstSegment();
    if (plain.segments().equals(List.of("_ping"))) { // whether all who answer know that version
      return access
          .newest()
          .thenCompose(
              newest -> {
                checkSpoken(version, newest);
                return routes.answer(plain, version);
              });
    }
    checkSpoken(version, ApiVersion.NEWEST);
    return routes.answer(plain, version);
  }

  private static void checkSpoken(ApiVersion version, ApiVersion newest) {
    if (version.compareTo(ApiVersion.OLDEST) < 0) {
      throw new ApiException(
          400,
          "client version "
              + version
              + " is too old. Minimum supported API version is "
              + ApiVersion.OLDEST
              + ", please upgrade your client to a newer version");
    } else if (version.compareTo(newest) > 0) {
      throw new ApiException(
          400,
          "client version " + version + " is too new. Maximum supported API version is " + newest);
    }
  }

  private Response withHeaders(Response response) {
    return response
        .withHeader("Api-Version", access.newestHeard().toString())
        .withHeader("Docker-Experimental", "false")
        .withHeader("Ostype", "linux")
        .withHeader("Server", Product.NAME + "/" + Product.VERSION + " (linux)");
  }

  /** Where it listens, each in the form of {@code DOCKER_HOST}. */
  public List<String> hosts() {
    return server.addresses().stream().map(EngineApi::host).toList();
  }

  private static String host(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress unix) {
      return "unix://" + unix.getPath().toAbsolutePath();
    }
    InetSocketAddress inet = (InetSocketAddress) address;
    return "tcp://" + inet.getAddress().getHostAddress() + ":" + inet.getPort();
  }

  /** Ends all connections and streams, and stops listening. Idempotent. */
  @Override
  public void close() {
    server.close();
    closeSources();
  }

  private void closeSources() {
    dashboard.close();
    events.close();
    containers.close();
    if (access.engine() != null) {
      access.engine().close();
    }
  }

  /** Says where an API listens and whom it serves. Not thread-safe. */
  public static final class Builder {
    private final NodeSeat seat;
    private final List<Listen> listens = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private boolean strict;
    private @Nullable EngineAddress engine;
    private HttpLimits limits = HttpLimits.DEFAULT;

    private Builder(NodeSeat seat) {
      this.seat = seat;
    }

    /** Listens on a unix socket, which only the user of this process may open. */
    public Builder unixSocket(Path path) {
      listens.add(new Listen.Unix(path));
      return this;
    }

    /**
     * Listens on a TCP address with TLS.
     *
     * @throws SwarmException if the files can not be used
     */
    public Builder tls(InetSocketAddress address, TlsOptions tls) {
      listens.add(new Listen.Tcp(address, tls.context()));
      return this;
    }

    /**
     * Listens on a TCP address in plain text: <b>whoever reaches it controls the swarm</b>, as far
     * as secrets go, too. Meant for loopback addresses of machines with one user.
     */
    public Builder openTcp(InetSocketAddress address) {
      listens.add(new Listen.Tcp(address, null));
      return this;
    }

    /** One more host name under which clients reach it, beside addresses and localhost. */
    public Builder hostName(String name) {
      names.add(name.toLowerCase(Locale.ROOT));
      return this;
    }

    /**
     * Whether a node that is not a manager refuses what only managers do, as the reference does;
     * else it has a manager do it. False unless set.
     */
    public Builder strict(boolean enabled) {
      strict = enabled;
      return this;
    }

    /**
     * The container engine of this node: it answers what is not the swarm's, so that one socket
     * serves everything. Without one, what a client asks of containers is answered for those of
     * tasks only.
     */
    public Builder engine(EngineAddress address) {
      engine = address;
      return this;
    }

    /** What a client may ask of it. */
    public Builder limits(HttpLimits newLimits) {
      limits = newLimits;
      return this;
    }

    /**
     * Starts to listen.
     *
     * @throws io.swarm4j.model.UnavailableException if an address is taken
     */
    public EngineApi start() {
      return new EngineApi(this);
    }
  }
}
