package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.swarm4j.docker.EngineAddress;
import io.swarm4j.engine.http.Peer;
import io.swarm4j.engine.http.PeerClient;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.http.Sink;
import io.swarm4j.engine.json.Json;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import io.swarm4j.time.Timer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The container engine of the node, which answers what is not the swarm's. Thread-safe. */
final class LocalEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalEngine.class);

  /** How long clients wait for the engine's version; the docker command line waits for 2 s. */
  private static final Duration VERSION_LIMIT = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Loop loop;
  private final Duration versionLimit;
  private final Peer peer;
  private final PeerClient client;

  private final Object lock = new Object();
  private @Nullable CompletableFuture<ApiVersion> question; // guarded by lock
  private Instant askAgain = Instant.MIN; // guarded by lock

  private volatile @Nullable ApiVersion version;

  LocalEngine(String name, Time time, EngineAddress address) {
    this(name, time, address, VERSION_LIMIT);
  }

  /**
   * With a limit of its own.
   *
   * @param versionLimit how long a client waits at most for what {@link #newest} tells
   */
  LocalEngine(String name, Time time, EngineAddress address, Duration versionLimit) {
    this.versionLimit = versionLimit;
    peer = new Peer(socket(address.uri()), tls(address.tls()));
    client = new PeerClient(name, time, peer);
    loop = time.newLoop(name + "-peer-version");
    newest();
  }

  private static SocketAddress socket(URI uri) {
    return "unix".equals(uri.getScheme())
        ? UnixDomainSocketAddress.of(uri.getPath())
        : new InetSocketAddress(uri.getHost(), uri.getPort());
  }

  private static @Nullable SslContext tls(@Nullable SSLContext context) {
    return context == null ? null : new JdkSslContext(context, true, ClientAuth.NONE);
  }

  Peer peer() {
    return peer;
  }

  /**
   * The newest version that both know, so that a client's calls suit either. The engine is asked
   * first, and has a second to answer; ours while it says nothing.
   */
  CompletionStage<ApiVersion> newest() {
    ApiVersion theirs = version;
    return theirs == null ? ask() : CompletableFuture.completedFuture(common(theirs));
  }

  /** The same without waiting for the engine: ours until it has been heard. */
  ApiVersion newestHeard() {
    ApiVersion theirs = version;
    return theirs == null ? ApiVersion.NEWEST : common(theirs);
  }

  private static ApiVersion common(ApiVersion theirs) {
    return theirs.compareTo(ApiVersion.NEWEST) < 0 ? theirs : ApiVersion.NEWEST;
  }

  private CompletionStage<ApiVersion> ask() {
    CompletableFuture<ApiVersion> answer = new CompletableFuture<>();
    synchronized (lock) {
      if (question != null) {
        return question;
      }
      if (loop.now().isBefore(askAgain)) {
        return CompletableFuture.completedFuture(newestHeard());
      }
      question = answer;
    }
    Timer letGo = loop.schedule(versionLimit, () -> answer.complete(newestHeard()));
    read("/version")
        .thenAccept(told -> version = ApiVersion.parse("v" + told.path("ApiVersion").asText()))
        .whenComplete(
            (known, failure) -> {
              letGo.cancel();
              synchronized (lock) {
                question = null;
                askAgain = loop.now().plus(PAUSE);
              }
              answer.complete(newestHeard());
            });
    return answer;
  }

  /** What it answers to a GET, an object. Fails if it answers anything else. */
  CompletionStage<ObjectNode> read(String target) {
    return client.ask("GET", target, new byte[0]).thenApply(answer -> Json.object(good(answer)));
  }

  /** What it answers to a client's request, an object. Fails if it answers anything else. */
  CompletionStage<ObjectNode> read(Call call) {
    return ask(call).thenApply(answer -> Json.object(good(answer)));
  }

  /** The same for an array. */
  CompletionStage<ArrayNode> list(Call call) {
    return ask(call).thenApply(answer -> Json.array(good(answer)));
  }

  private static byte[] good(Response.Whole answer) {
    if (answer.status() != 200) {
      throw new CompletionException(
          new ApiException(answer.status(), Json.object(answer.body()).path("message").asText()));
    }
    return answer.body();
  }

  /** Has it answer a request whose body was read already. */
  CompletionStage<Response> answer(Call call) {
    return ask(call).thenApply(answer -> answer);
  }

  private CompletionStage<Response.Whole> ask(Call call) {
    return client.ask(call.request().method(), target(call), call.request().body());
  }

  private static String target(Call call) {
    return "/v" + call.version() + call.request().target();
  }

  /** Its events, for as long as the client listens. Fails if it tells none, or no more. */
  CompletionStage<@Nullable Void> events(Call call, Sink sink) {
    return client.stream(target(call), sink)
        .whenComplete(
            (told, failure) -> {
              if (failure != null) {
                LOG.warn("events of this node's engine are missing: {}", failure.getMessage());
              }
            });
  }

  /** What it tells; something else if it does not answer at all, which is noted in the log. */
  static <T> CompletionStage<T> orIfSilent(CompletionStage<T> told, T instead) {
    return told.exceptionally(
        failure -> {
          if (Errors.cause(failure) instanceof UnavailableException silent) {
            LOG.warn("answered without the engine of this node: {}", silent.getMessage());
            return instead;
          }
          throw new CompletionException(Errors.cause(failure));
        });
  }

  @Override
  public void close() {
    client.close();
    loop.close();
  }
}
