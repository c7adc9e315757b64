package io.swarm4j.examples.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.Swarm;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.engine.json.Digests;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.sim.SimulatedRuntime;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The Engine API under what large swarms ask of it: answers from 1,000 services with 10,000 tasks,
 * as a client on the same machine sees them, and events to 1,000 listeners.
 */
final class ApiBench {
  private static final int SERVICES = 1_000;
  private static final int TASKS_EACH = 9;
  private static final int LARGE = 1_000;
  private static final int LISTENERS = 1_000;
  private static final int WARM_UP = 30;
  private static final int REQUESTS = 20;

  private final EngineApi api;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private ApiBench(EngineApi api) {
    this.api = api;
  }

  static List<Measurement> run(int samples) {
    try (Swarm swarm =
            Swarm.builder()
                .name("bench")
                .managers(1)
                .workers(9)
                .network(false)
                .runtime((node, time, loop) -> SimulatedRuntime.instant(loop, time.newChance()))
                .start();
        EngineApi api =
            EngineApi.of(swarm, "m1")
                .openTcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .start()) {
      fill(swarm);
      return new ApiBench(api).measure(swarm, samples);
    }
  }

  private static void fill(Swarm swarm) {
    for (int i = 0; i < SERVICES - 1; i++) {
      swarm.services().create(ServiceSpec.of("service-" + i, "app").withReplicas(TASKS_EACH));
    }
    swarm.services().create(ServiceSpec.of("large", "app").withReplicas(LARGE));
    int tasks = (SERVICES - 1) * TASKS_EACH + LARGE;
    boolean full =
        swarm.await(
            view -> view.tasks().stream().filter(task -> task.status().isReady()).count() == tasks,
            Duration.ofMinutes(2));
    if (!full) {
      throw new IllegalStateException("the swarm did not fill up");
    }
  }

  private List<Measurement> measure(Swarm swarm, int samples) {
    String services = "/v1.51/services?status=true";
    String ofService = "/v1.51/tasks?filters=" + filter("service", "large");
    String ofNode = "/v1.51/tasks?filters=" + filter("node", "w1");
    return List.of(
        times("api: service ls, 1000 of 10,000 tasks", services, samples),
        times("api: service ps, 1000 tasks", ofService, samples),
        times("api: node ps, 1000 tasks", ofNode, samples),
        times("api: inspect of 1 container in 10,000", container(swarm), samples),
        events(swarm, samples));
  }

  /** The path of one on another node than that which is asked, by the beginning of its id. */
  private static String container(Swarm swarm) {
    Task task = swarm.view().tasksOn(swarm.nodes().get("w9").id()).get(0);
    return "/v1.51/containers/" + Digests.containerId(task).substring(0, 12) + "/json";
  }

  private static String filter(String key, String value) {
    return URLEncoder.encode("{\"" + key + "\":{\"" + value + "\":true}}", UTF_8);
  }

  private Measurement times(String name, String path, int samples) {
    for (int i = 0; i < WARM_UP; i++) {
      get(path);
    }
    double[] each = new double[samples];
    for (int i = 0; i < samples; i++) {
      long begin = System.nanoTime();
      for (int j = 0; j < REQUESTS; j++) {
        get(path);
      }
      each[i] = (System.nanoTime() - begin) / 1e6 / REQUESTS;
    }
    return new Measurement(name, "ms", each, false, 20, "");
  }

  private void get(String path) {
    URI uri = URI.create(api.hosts().get(0).replace("tcp:", "http:") + path);
    try {
      HttpResponse<byte[]> answer =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(new String(answer.body(), UTF_8));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stop);
    }
  }

  /** From the request that changes a service to the last listener that has read the event. */
  private Measurement events(Swarm swarm, int samples) {
    List<Listener> listeners = new ArrayList<>();
    double[] each = new double[samples];
    try {
      for (int i = 0; i < LISTENERS; i++) {
        listeners.add(listen());
      }
      for (int i = 0; i < samples; i++) {
        long begin = System.nanoTime();
        swarm.services().create(ServiceSpec.of("event-" + i, "app").withReplicas(0));
        for (Listener listener : listeners) {
          readEvent(listener.in());
        }
        each[i] = (System.nanoTime() - begin) / 1e6;
      }
      for (Listener listener : listeners) {
        listener.socket().close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return new Measurement("api: event to 1000 listeners", "ms", each, false, 100, "");
  }

  private record Listener(Socket socket, InputStream in) {}

  private Listener listen() throws IOException {
    URI host = URI.create(api.hosts().get(0));
    Socket socket = new Socket(host.getHost(), host.getPort());
    String filters =
        URLEncoder.encode("{\"type\":{\"service\":true},\"event\":{\"create\":true}}", UTF_8);
    socket
        .getOutputStream()
        .write(
            ("GET /v1.51/events?filters=" + filters + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .getBytes(UTF_8));
    InputStream in = new BufferedInputStream(socket.getInputStream());
    int ends = 0;
    while (ends < 4) { // the empty line after the headers
      int c = in.read();
      ends = c == '\r' || c == '\n' ? ends + 1 : 0;
    }
    return new Listener(socket, in);
  }

  private static void readEvent(InputStream in) throws IOException {
    int c;
    do {
      c = in.read();
    } while (c != '{');
    int open = 1;
    while (open > 0) {
      c = in.read();
      open += c == '{' ? 1 : c == '}' ? -1 : 0;
    }
  }
}
