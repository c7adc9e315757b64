package io.swarm4j.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.HttpLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.function.UnaryOperator;

/** A small swarm without network, and the API of its manager on a loopback port. */
final class ApiFixture implements AutoCloseable {
  static final ObjectMapper MAPPER = new ObjectMapper();

  final Swarm swarm;
  final EngineApi api;
  private final Requests requests;

  ApiFixture() {
    this("m1", builder -> builder);
  }

  ApiFixture(String node, UnaryOperator<EngineApi.Builder> more) {
    swarm =
        Swarm.builder()
            .managers(1)
            .workers(1)
            .network(false)
            .image(
                "app",
                task -> task.awaitStop(),
                image ->
                    image
                        .command("x", (task, arguments, streams) -> 0)
                        .command("true", (task, arguments, streams) -> 0))
            .start();
    api = serve(node, more);
    requests = new Requests(api.hosts().get(0));
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

  Requests requests() {
    return requests;
  }

  Requests.Answer get(String path) {
    return requests.get(path);
  }

  Requests.Answer post(String path, String json) {
    return requests.post(path, json);
  }

  Requests.Answer send(String method, String path, String json, String... headers) {
    return requests.send(method, path, json, headers);
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
