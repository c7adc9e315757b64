package io.swarm4j.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code examples/run bench}: measures the engine and compares it with its targets. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description =
        "Measures the engine: start, create, scale, place, heap, logs, commit, snapshot, failover,"
            + " sessions, lb, health, dns, kernel, update, loss, sim-*; without a name all of them but"
            + " docker, failover and sessions.")
public final class BenchCommand implements Callable<Integer> {
  /** Take long, or make more than files: only run when they are named. */
  private static final Set<String> ON_REQUEST = Set.of("docker", "failover", "sessions");

  /** A sample of loss takes far longer than others. */
  private static final int SAMPLES_PER_LOSS = 5;

  @Parameters(
      description =
          "start, create, scale, place, place-large, heap, logs, commit, snapshot, failover,"
              + " sessions, lb, health, dns, kernel, update, loss, sim-case, sim-day, sim-large, api, docker")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--samples",
      description = "Samples of each, after the warm-up (default: ${DEFAULT-VALUE})")
  private int samples = 5;

  @Option(
      names = "--json",
      description = "Also writes the figures to this file, one JSON object a line")
  private @Nullable Path json;

  @Override
  public Integer call() throws IOException {
    Map<String, IntFunction<List<Measurement>>> all = new LinkedHashMap<>();
    all.put("start", StartBench::run);
    all.put("create", CreateBench::run);
    all.put("scale", ScaleBench::run);
    all.put("place", PlaceBench::many);
    all.put("place-large", PlaceBench::large);
    all.put("heap", n -> HeapBench.run());
    all.put("logs", LogsBench::run);
    all.put("commit", CommitBench::run);
    all.put("snapshot", SnapshotBench::run);
    all.put("failover", FailoverBench::run);
    all.put("sessions", SessionsBench::run);
    all.put("lb", LbBench::run);
    all.put("health", HealthBench::run);
    all.put("dns", DnsBench::run);
    all.put("api", ApiBench::run);
    all.put("kernel", KernelBench::run);
    all.put("update", UpdateBench::run);
    all.put("loss", n -> LossBench.run(Math.max(1, n / SAMPLES_PER_LOSS)));
    all.put("sim-case", SimBench::testCase);
    all.put("sim-day", SimBench::day);
    all.put("sim-large", SimBench::large);
    all.put("docker", DockerBench::run);
    for (String name : names) {
      if (!all.containsKey(name)) {
        System.err.println(
            "bench: there is no '" + name + "'; there are " + String.join(", ", all.keySet()));
        return 2;
      }
    }
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, IntFunction<List<Measurement>>> bench : all.entrySet()) {
      if ((names.isEmpty() && !ON_REQUEST.contains(bench.getKey()))
          || names.contains(bench.getKey())) {
        for (Measurement measurement : bench.getValue().apply(samples)) {
          System.out.println(measurement.line());
          lines.add(measurement.json());
        }
      }
    }
    if (json != null) {
      Files.write(json, lines);
    }
    return 0;
  }
}
