package io.swarm4j.sim;

import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.DisconnectPolicy;
import io.swarm4j.model.DisconnectPolicy.Survivor;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.JobPolicy;
import io.swarm4j.model.JobPolicyBuilder;
import io.swarm4j.model.JobSchedule;
import io.swarm4j.model.JobSchedule.Concurrency;
import io.swarm4j.model.JobSchedule.MissedRuns;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.time.Chance;
import java.time.Duration;
import java.util.List;

/**
 * What users do with jobs, secrets and configs, beside all else: jobs that run once, on request or
 * by a schedule, and some of which fail; secrets and configs that get new versions and are removed.
 */
final class WorkloadStory {
  private static final List<String> SECRETS = List.of("token", "key", "password");
  private static final String CONFIG = "settings";
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);
  private static final int STEPS = 50;

  private final Plan plan;
  private final Chance chance;
  private Duration at = Duration.ZERO;

  WorkloadStory(Plan plan, Chance chance) {
    this.plan = plan;
    this.chance = chance;
  }

  /** How the images behave that only jobs use. */
  static SimulationOptions.Builder images(SimulationOptions.Builder swarm) {
    return swarm
        .image("job", SimulatedImage.exits(Duration.ofSeconds(7), 0))
        .image("broken", SimulatedImage.exits(Duration.ofSeconds(3), 1));
  }

  void write() {
    SECRETS.forEach(name -> plan.at(at, "create secret " + name, c -> Users.secret(c, name, "1")));
    plan.at(at, "create config " + CONFIG, c -> Users.config(c, CONFIG, "1"));
    for (int i = 0; i < STEPS; i++) {
      step(i);
      at = at.plus(chance.between(Duration.ZERO, LONGEST_PAUSE));
    }
  }

  private void step(int number) {
    String job = "job" + chance.nextInt(4);
    String text = Integer.toString(number);
    switch (chance.nextInt(16)) {
      case 0, 1, 2 -> {
        ServiceSpec spec = withPayloads(job(job));
        plan.at(at, "create " + job, c -> Users.create(c, spec));
      }
      case 3 -> plan.at(at, "run " + job, c -> Users.run(c, job));
      case 4 -> {
        String image = "job:" + number;
        plan.at(at, "update " + job, c -> Users.update(c, job, Scenarios.image(image)));
      }
      case 5 -> plan.at(at, "remove " + job, c -> Users.remove(c, job));
      case 6 -> plan.at(at, Fault.crash(job, chance.nextInt(2)));
      case 7, 8 -> {
        ServiceSpec any = Scenarios.anySpec("service" + chance.nextInt(6), chance);
        ServiceSpec spec = withDisconnect(withPayloads(any));
        plan.at(at, "create " + spec.name(), c -> Users.create(c, spec));
      }
      case 9, 10 -> {
        String secret = any(SECRETS);
        plan.at(at, "renew secret " + secret, c -> Users.secret(c, secret, text));
      }
      case 11 -> plan.at(at, "renew config " + CONFIG, c -> Users.config(c, CONFIG, text));
      case 12 -> {
        String secret = any(SECRETS);
        plan.at(at, "remove secret " + secret, c -> Users.removeSecret(c, secret));
      }
      default -> Scenarios.anyStep(plan, at, chance, number);
    }
  }

  private <T> T any(List<T> all) {
    return all.get(chance.nextInt(all.size()));
  }

  private ServiceSpec job(String name) {
    boolean broken = chance.withProbability(0.25);
    int completions = 1 + chance.nextInt(6);
    ServiceMode mode =
        chance.withProbability(0.25)
            ? new ServiceMode.GlobalJob()
            : new ServiceMode.ReplicatedJob(1 + chance.nextInt(completions), completions);
    ServiceSpec spec = ServiceSpec.of(name, broken ? "broken:1" : "job:1").withMode(mode);
    RestartPolicy restart =
        RestartPolicy.builder()
            .delay(Duration.ofSeconds(chance.nextInt(4)))
            .maxAttempts(broken ? 1 + chance.nextInt(2) : 0)
            .build();
    return spec.withTask(spec.task().withRestart(restart)).withJob(policy(mode));
  }

  private JobPolicy policy(ServiceMode mode) {
    int overlaps = mode.isGlobal() ? 2 : 3; // runs of a global job can not go on side by side
    JobPolicyBuilder policy = JobPolicyBuilder.builder().keepRuns(1 + chance.nextInt(3));
    switch (chance.nextInt(3)) {
      case 0 ->
          policy.schedule(
              new JobSchedule(
                  "* * * * *",
                  "UTC",
                  MissedRuns.values()[chance.nextInt(3)],
                  Concurrency.values()[chance.nextInt(overlaps)]));
      case 1 -> policy.onRequest(true);
      default -> {} // at once
    }
    if (chance.withProbability(0.3)) {
      policy.deadline(Duration.ofSeconds(10 + chance.nextInt(50)));
    }
    return policy.build();
  }

  private ServiceSpec withPayloads(ServiceSpec spec) {
    ContainerSpec container = spec.task().container();
    if (chance.withProbability(0.7)) {
      String secret = any(SECRETS);
      String version = chance.withProbability(0.2) ? "@1" : "";
      container =
          container.withSecrets(
              List.of(
                  new SecretReference(secret + version, FileTarget.of(secret), anyChangePolicy())));
    }
    if (chance.withProbability(0.4)) {
      container =
          container.withConfigs(
              List.of(new ConfigReference(CONFIG, FileTarget.of("/" + CONFIG), anyChangePolicy())));
    }
    return spec.withTask(spec.task().withContainer(container));
  }

  /** What becomes of its tasks while their node is out of reach. */
  private ServiceSpec withDisconnect(ServiceSpec spec) {
    Duration after = Duration.ofSeconds(chance.nextInt(40));
    return switch (chance.nextInt(8)) {
      case 0 -> spec.withDisconnect(new DisconnectPolicy.Keep());
      case 1 ->
          spec.withDisconnect(
              new DisconnectPolicy.ReplaceAfter(after, Survivor.values()[chance.nextInt(2)]));
      case 2 -> spec.withDisconnect(new DisconnectPolicy.StopAfter(after));
      case 3 ->
          spec.withUpdate(spec.effectiveUpdate().withOrder(UpdateOrder.STOP_FIRST))
              .withDisconnect(new DisconnectPolicy.Fence(after));
      default -> spec;
    };
  }

  private ChangePolicy anyChangePolicy() {
    return ChangePolicy.values()[chance.nextInt(4)];
  }
}
