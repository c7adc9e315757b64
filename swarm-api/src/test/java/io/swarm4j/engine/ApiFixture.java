package io.swarm4j.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.HttpLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A small swarm without network, and the API of its manager on a loopback port. */
final class ApiFixture implements AutoCloseable {
  static final ObjectMapper MAPPER = new ObjectMapper();

  final Swarm swarm;
  final EngineApi api;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(30))
          .build();

  ApiFixture() {
    this("m1", builder -> builder);
  }

  ApiFixture(String node, UnaryOperator<EngineApi.Builder> more) {
    swarm =
        Swarm.builder()
            .managers(1)
            .workers(1)
            .network(false)
            .image("app", task -> task.awaitStop())
            .start();
    api = serve(node, more);
  }

  EngineApi serve(String node, UnaryOperator<EngineApi.Builder> more) {
    return more.apply(
            EngineApi.of(swarm, node)
                .limits(HttpLimits.DEFAULT)
                .openTcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
        .start();
  }

  InetSocketAddress address() {
    URI uri = URI.create(api.hosts().get(0));
    return new InetSocketAddress(uri.getHost(), uri.getPort());
  }

  Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.connect(address(), 30_000);
    socket.setSoTimeout(30_000);
    return socket;
  }

  /** An answer: its status and its body. */
  record Answer(int status, JsonNode json, HttpResponse<byte[]> raw) {
    String message() {
      return json.path("message").asText();
    }
  }

  Answer get(String path) {
    return send("GET", path, "");
  }

  Answer post(String path, String json) {
    return send("POST", path, json);
  }

  Answer send(String method, String path, String json, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address().getPort() + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofString(json));
    if (!json.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      JsonNode body =
          response.headers().firstValue("Content-Type").orElse("").startsWith("application/json")
              ? MAPPER.readTree(response.body())
              : MAPPER.nullNode();
      return new Answer(response.statusCode(), body, response);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** A service in the form in which the docker CLI creates it. */
  static String service(String name, int replicas, String containerMore, String more) {
    return """
        {"Name":"%s","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"app:latest",
        "Init":false,"DNSConfig":{}%s},"Resources":{"Limits":{},"Reservations":{}},
        "Placement":{},"ForceUpdate":0},"Mode":{"Replicated":{"Replicas":%d}},
        "EndpointSpec":{"Mode":"vip"}%s}
        """
        .formatted(name, containerMore, replicas, more);
  }

  @Override
  public void close() {
    api.close();
    swarm.close();
  }
}
