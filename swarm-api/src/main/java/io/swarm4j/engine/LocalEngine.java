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
import io.swarm4j.time.Time;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The container engine of the node, which answers what is not the swarm's. Thread-safe. */
final class LocalEngine implements AutoCloseable {
  private final Peer peer;
  private final PeerClient client;
  private volatile @Nullable ApiVersion version;

  LocalEngine(String name, Time time, EngineAddress address) {
    peer = new Peer(socket(address.uri()), tls(address.tls()));
    client = new PeerClient(name, time, peer);
    learnVersion();
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
   * The newest version that both know, so that a client's calls suit either. Ours until the engine
   * has been heard.
   */
  ApiVersion newest() {
    ApiVersion theirs = version;
    if (theirs == null) {
      learnVersion();
      return ApiVersion.NEWEST;
    }
    return theirs.compareTo(ApiVersion.NEWEST) < 0 ? theirs : ApiVersion.NEWEST;
  }

  private void learnVersion() {
    read("/version")
        .whenComplete(
            (told, failure) -> {
              if (failure == null) {
                version = ApiVersion.parse("v" + told.path("ApiVersion").asText());
              }
            });
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

  /** Its events, for as long as the client listens. */
  void events(Call call, Sink sink, Runnable ended) {
    client.stream(target(call), sink, ended);
  }

  @Override
  public void close() {
    client.close();
  }
}
