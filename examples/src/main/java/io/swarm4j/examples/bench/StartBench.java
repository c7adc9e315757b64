package io.swarm4j.examples.bench;

import io.swarm4j.Swarm;
import io.swarm4j.model.ServiceSpec;
import java.time.Duration;
import java.util.List;

/**
 * From the builder call to the first RUNNING task of a swarm of 3 managers and 5 workers, and how
 * long closing takes.
 */
final class StartBench {
  private static final int WARM_UP = 30;

  private StartBench() {}

  static List<Measurement> run(int samples) {
    double[] start = new double[samples];
    double[] close = new double[samples];
    for (int i = -WARM_UP; i < samples; i++) {
      long begin = System.nanoTime();
      Swarm swarm =
          Swarm.builder()
              .name("bench")
              .managers(3)
              .workers(5)
              .image("idle", task -> task.awaitStop())
              .start();
      long running;
      try {
        swarm.services().create(ServiceSpec.of("web", "idle"));
        swarm.services().await("web", Duration.ofSeconds(10));
        running = System.nanoTime();
      } finally {
        swarm.close();
      }
      if (i >= 0) {
        start[i] = (running - begin) / 1e6;
        close[i] = (System.nanoTime() - running) / 1e6;
      }
    }
    return List.of(
        new Measurement("start: builder to first RUNNING", "ms", start, false, 50, "2,100 ms"),
        new Measurement("start: close", "ms", close, false, 100, ""));
  }
}
