package io.swarm4j.examples.bench;

import io.swarm4j.Swarm;
import io.swarm4j.model.ServiceSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** One service with one task, from {@code create} to RUNNING, on an idle in-JVM swarm. */
final class CreateBench {
  private static final int CREATES = 300;
  private static final int WARM_UP = 600;

  private CreateBench() {}

  static List<Measurement> run(int samples) {
    double[] medians = new double[samples];
    double[] tails = new double[samples];
    try (Swarm swarm =
        Swarm.builder()
            .name("bench")
            .managers(1)
            .workers(2)
            .image("idle", task -> task.awaitStop())
            .start()) {
      measure(swarm, WARM_UP);
      for (int i = 0; i < samples; i++) {
        double[] each = measure(swarm, CREATES);
        medians[i] = each[each.length / 2];
        tails[i] = each[each.length * 99 / 100];
      }
    }
    return List.of(
        new Measurement("create: to RUNNING, median", "ms", medians, false, 5, "199-206 ms"),
        new Measurement("create: to RUNNING, p99", "ms", tails, false, 50, ""));
  }

  private static double[] measure(Swarm swarm, int count) {
    double[] each = new double[count];
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      swarm.services().create(ServiceSpec.of("web", "idle"));
      swarm.services().await("web", Duration.ofSeconds(10));
      each[i] = (System.nanoTime() - begin) / 1e6;
      swarm.services().remove("web");
      swarm.await(view -> view.taskCount() == 0, Duration.ofSeconds(10));
    }
    Arrays.sort(each);
    return each;
  }
}
