package io.swarm4j.examples.bench;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Containers that nobody orchestrates: what an engine needs at least, in several threads. */
final class EngineAlone implements AutoCloseable {
  private static final int THREADS = 8;
  private static final Map<String, String> LABEL = Map.of("docker-bench", "alone");

  private final String image;
  private final DockerClient engine;

  EngineAlone(String address, String image) {
    this.image = image;
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(address)
            .withApiVersion("1.41")
            .build();
    this.engine =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
  }

  /** Until all are started. */
  void create(int count) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    for (int i = 0; i < count; i++) {
      threads.execute(this::createOne);
    }
    threads.shutdown();
    try {
      if (!threads.awaitTermination(3, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the engine did not start all containers");
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void createOne() {
    String id = engine.createContainerCmd(image).withLabels(LABEL).exec().getId();
    engine.startContainerCmd(id).exec();
    engine.inspectContainerCmd(id).exec();
  }

  void remove() {
    for (Container each : engine.listContainersCmd().withLabelFilter(LABEL).exec()) {
      engine.removeContainerCmd(each.getId()).withForce(true).exec();
    }
  }

  @Override
  public void close() {
    try {
      engine.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
