package io.swarm4j.examples.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.swarm4j.examples.TestBed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A swarm as its user has it: the docker command line changes it, and the Engine API tells when the
 * change is done.
 */
final class DockerSide implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);

  /** As the docker command line has it when it waits for a service. */
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

  private final String address;
  private final String name;
  private final String image;
  private final DockerHttpClient swarm;
  private final DockerHttpClient engine;

  /**
   * Of the swarm that answers at {@code address}, whose containers are on {@code engine}.
   *
   * @param name of the service that it is worked on with
   */
  DockerSide(String address, String engine, String name, String image) {
    this.address = address;
    this.name = name;
    this.image = image;
    this.swarm = client(address);
    this.engine = client(engine);
  }

  private static DockerHttpClient client(String address) {
    return new ZerodepDockerHttpClient.Builder().dockerHost(URI.create(address)).build();
  }

  /** Until every task of a new service runs. */
  void create(int replicas) {
    docker(
        "service create -d --no-resolve-image --update-parallelism 0 --update-monitor 1ms --name "
            + name
            + " --replicas "
            + replicas
            + " "
            + image);
    await(() -> running() == replicas);
  }

  /** Until every task is replaced by one with another environment. */
  void update(int replicas) {
    docker("service update -d --no-resolve-image --env-add A=b " + name);
    await(() -> isUpdated() && running() == replicas);
  }

  private boolean isUpdated() {
    return get(swarm, "/services/" + name).at("/UpdateStatus/State").asText().equals("completed");
  }

  /** Until as many tasks run, and no container but theirs is left. */
  void scale(int replicas) {
    docker("service scale -d " + name + "=" + replicas);
    await(() -> running() == replicas && containers() == replicas);
  }

  /** Until no container of the service runs. */
  void remove() {
    docker("service rm " + name);
    await(() -> containers() == 0);
  }

  private void docker(String command) {
    List<String> words = new ArrayList<>(List.of("docker", "-H", address));
    words.addAll(List.of(command.split(" ")));
    TestBed.execute(words);
  }

  private int running() {
    int count = 0;
    String filter = "{\"service\":[\"" + name + "\"],\"desired-state\":[\"running\"]}";
    for (JsonNode task : get(swarm, "/tasks?filters=" + encoded(filter))) {
      if (task.at("/Status/State").asText().equals("running")) {
        count++;
      }
    }
    return count;
  }

  private int containers() {
    String filter = "{\"label\":[\"com.docker.swarm.service.name=" + name + "\"]}";
    return get(engine, "/containers/json?filters=" + encoded(filter)).size();
  }

  private static String encoded(String filter) {
    return URLEncoder.encode(filter, StandardCharsets.UTF_8);
  }

  private static JsonNode get(DockerHttpClient client, String path) {
    DockerHttpClient.Request request =
        DockerHttpClient.Request.builder()
            .method(DockerHttpClient.Request.Method.GET)
            .path("/v1.41" + path)
            .build();
    try (DockerHttpClient.Response response = client.execute(request)) {
      return new ObjectMapper().readTree(response.getBody());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void await(BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      Duration waited = Duration.ofNanos(System.nanoTime() - begin);
      if (waited.compareTo(LIMIT) > 0) {
        throw new IllegalStateException("not done within " + LIMIT);
      }
      try {
        Thread.sleep(pauseAfter(waited).toMillis());
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", stop);
      }
    }
  }

  /** Short beside the wait, which each look lengthens by the CPU that it takes. */
  private static Duration pauseAfter(Duration waited) {
    Duration part = waited.dividedBy(20);
    if (part.compareTo(SHORTEST_PAUSE) < 0) {
      return SHORTEST_PAUSE;
    }
    return part.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : part;
  }

  @Override
  public void close() {
    for (DockerHttpClient client : List.of(swarm, engine)) {
      try {
        client.close();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
