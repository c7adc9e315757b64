package io.swarm4j.sim;

import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheckBuilder;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Placement;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.FailureAction;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.time.Chance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The stories that the engine is put through. */
public final class Scenarios {
  private static final List<String> MACHINES =
      List.of("m1", "m2", "m3", "w1", "w2", "w3", "w4", "w5");
  private static final List<String> WORKERS = MACHINES.subList(3, 8);
  private static final int MOST_REPLICAS = 10;

  private Scenarios() {}

  /** All of them. */
  public static List<Scenario> all() {
    return List.of(
        anything(),
        workloads(),
        updateUnderNodeLoss(),
        leaderLossDuringUpdate(),
        drainDuringPartition(),
        flappingNode(),
        rescheduleStorm(),
        addressExhaustion(),
        roleChanges());
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static ServiceSpec web(int replicas, UpdatePolicy update) {
    ServiceSpec spec = ServiceSpec.of("web", "web:1").withReplicas(replicas).withUpdate(update);
    return spec.withTask(
            spec.task()
                .withRestart(
                    RestartPolicy.builder()
                        .delay(seconds(1))
                        .backoff(RestartPolicy.Backoff.OFF)
                        .build()))
        .withEndpoint(published(8080));
  }

  private static EndpointSpec published(int port) {
    return EndpointSpec.publish(PortSpec.ingress(port, 80));
  }

  private static UpdatePolicy update(Chance chance) {
    return UpdatePolicy.builder()
        .parallelism(chance.nextInt(4))
        .delay(seconds(chance.nextInt(5)))
        .order(chance.withProbability(0.5) ? UpdateOrder.START_FIRST : UpdateOrder.STOP_FIRST)
        .failureAction(FailureAction.values()[chance.nextInt(3)])
        .maxFailureRatio(0.5)
        .build();
  }

  static UnaryOperator<ServiceSpec> image(String image) {
    return spec ->
        spec.withTask(spec.task().withContainer(spec.task().container().withImage(image)));
  }

  private static UnaryOperator<SimulationOptions.Builder> realistic() {
    SimulatedImage usual =
        SimulatedImage.builder()
            .prepareDelay(Duration.ofMillis(800))
            .startDelay(Duration.ofMillis(300))
            .stopDelay(Duration.ofMillis(500))
            .build();
    return swarm -> swarm.image("web", usual).image("stubborn", stubborn());
  }

  private static SimulatedImage stubborn() {
    return SimulatedImage.builder().ignoresStop(true).build();
  }

  /** A rolling update while workers come and go. */
  public static Scenario updateUnderNodeLoss() {
    return new Scenario(
        "update-node-loss",
        "a rolling update while workers lose power",
        realistic(),
        (plan, chance) -> {
          plan.at(seconds(0), "create web", c -> Users.create(c, web(8, update(chance.fork()))));
          for (int version = 2; version < 5; version++) {
            String image = "web:" + version;
            long start = 30L * (version - 1);
            plan.at(
                seconds(start), "update to " + image, c -> Users.update(c, "web", image(image)));
            for (int i = 0; i < 2; i++) {
              Duration from = seconds(start + chance.nextInt(20));
              plan.during(
                  from,
                  from.plusSeconds(1 + chance.nextInt(60)),
                  Fault.powerOff(WORKERS.get(chance.nextInt(5))));
            }
          }
        });
  }

  /** The leader is lost again and again while an update goes on. */
  public static Scenario leaderLossDuringUpdate() {
    return new Scenario(
        "update-leader-loss",
        "the leader is lost at every step of an update",
        realistic(),
        (plan, chance) -> {
          plan.at(seconds(0), "create web", c -> Users.create(c, web(6, update(chance.fork()))));
          plan.at(seconds(20), "update web", c -> Users.update(c, "web", image("web:2")));
          for (int i = 0; i < 12; i++) {
            Duration from = seconds(20).plusMillis(i * 2_500L + chance.nextInt(2_500));
            String build = Integer.toString(i);
            plan.at(
                from.minusMillis(chance.nextInt(2)),
                "label web with build " + build,
                c -> Users.update(c, "web", spec -> spec.withLabels(Map.of("build", build))));
            if (chance.withProbability(0.5)) {
              plan.at(from, Fault.leadershipLoss());
            } else {
              plan.during(from, from.plusMillis(500 + chance.nextInt(4_000)), Fault.leaderLoss());
            }
          }
          if (chance.withProbability(0.5)) {
            plan.at(seconds(45), "roll web back", c -> Users.rollback(c, "web"));
          }
        });
  }

  /** Nodes are drained while the network is parted. */
  public static Scenario drainDuringPartition() {
    return new Scenario(
        "drain-partition",
        "workers are drained while some machines can not be reached",
        realistic(),
        (plan, chance) -> {
          plan.at(seconds(0), "create web", c -> Users.create(c, web(10, update(chance.fork()))));
          for (int i = 0; i < 4; i++) {
            List<String> some = new ArrayList<>();
            List<String> others = new ArrayList<>();
            MACHINES.forEach(m -> (chance.withProbability(0.3) ? some : others).add(m));
            Duration from = seconds(10L + 40L * i);
            plan.during(
                from, from.plusSeconds(5 + chance.nextInt(60)), Fault.partition(some, others));
            String drained = WORKERS.get(chance.nextInt(5));
            availability(plan, from.plusSeconds(chance.nextInt(10)), drained, Availability.DRAIN);
            availability(
                plan, from.plusSeconds(10 + chance.nextInt(60)), drained, Availability.ACTIVE);
          }
        });
  }

  private static void availability(Plan plan, Duration at, String machine, Availability wanted) {
    plan.at(
        at,
        "set " + machine + " " + wanted,
        c -> Users.node(c, machine, spec -> spec.withAvailability(wanted)));
  }

  /** One worker comes and goes all the time. */
  public static Scenario flappingNode() {
    return new Scenario(
        "flapping-node",
        "a worker that comes and goes all the time, in several ways",
        realistic(),
        (plan, chance) -> {
          plan.at(seconds(0), "create web", c -> Users.create(c, web(5, update(chance.fork()))));
          plan.at(
              seconds(1),
              "create agent",
              c ->
                  Users.create(
                      c, ServiceSpec.of("agent", "web:1").withMode(new ServiceMode.Global())));
          Duration at = seconds(10);
          for (int i = 0; i < 15; i++) {
            Duration end = at.plusMillis(chance.nextInt(25_000));
            Fault fault =
                switch (chance.nextInt(5)) {
                  case 0 -> Fault.powerOff("w1");
                  case 1 -> Fault.kill("w1");
                  case 2 -> Fault.isolation("w1");
                  case 3 -> Fault.muteness("w1");
                  default -> Fault.deafness("w1");
                };
            plan.during(at, end, fault);
            at = end.plusMillis(chance.nextInt(25_000));
          }
        });
  }

  /** Most workers are lost at once, and what is left can not take it all. */
  public static Scenario rescheduleStorm() {
    return new Scenario(
        "reschedule-storm",
        "most workers are lost at once, and those left have too little room",
        swarm -> realistic().apply(swarm).nodeResources(Resources.of(4, 4L << 30)),
        (plan, chance) -> {
          for (int i = 0; i < 6; i++) {
            ServiceSpec spec = ServiceSpec.of("app" + i, "web:1").withReplicas(8);
            ResourceRequirements half =
                new ResourceRequirements(null, Resources.of(0.5, 256L << 20), 0);
            ServiceSpec heavy = spec.withTask(spec.task().withResources(half));
            plan.at(seconds(i), "create " + spec.name(), c -> Users.create(c, heavy));
          }
          Duration at = seconds(20);
          for (int i = 0; i < 3; i++) {
            for (String worker : WORKERS) {
              if (chance.withProbability(0.7)) {
                Duration from = at.plusMillis(chance.nextInt(3_000));
                plan.during(from, from.plusSeconds(5 + chance.nextInt(40)), Fault.powerOff(worker));
              }
            }
            at = at.plusSeconds(60);
          }
        });
  }

  /** More tasks want addresses and ports than there are. */
  public static Scenario addressExhaustion() {
    return new Scenario(
        "address-exhaustion",
        "services that want more addresses and ports than there are",
        swarm -> realistic().apply(swarm).cluster(ClusterSpec.DEFAULT.withSubnetPrefix(28)),
        (plan, chance) -> {
          plan.at(seconds(0), "create network", Scenarios::smallNetwork);
          for (int i = 0; i < 4; i++) {
            ServiceSpec spec = ServiceSpec.of("app" + i, "web:1").withReplicas(5);
            ServiceSpec attached =
                spec.withTask(spec.task().withNetworks(List.of(NetworkAttachmentSpec.of("small"))))
                    .withEndpoint(published(0));
            plan.at(seconds(1 + i), "create " + spec.name(), c -> Users.create(c, attached));
          }
          Duration at = seconds(10);
          for (int i = 0; i < 20; i++) {
            String name = "app" + chance.nextInt(4);
            int replicas = chance.nextInt(8);
            plan.at(
                at,
                "scale " + name + " to " + replicas,
                c -> Users.update(c, name, spec -> spec.withReplicas(replicas)));
            if (chance.withProbability(0.3)) {
              plan.at(at, Fault.crash(name, 1));
            }
            at = at.plusMillis(500 + chance.nextInt(10_000));
          }
        });
  }

  private static void smallNetwork(SimulatedCluster cluster) {
    cluster.submit(
        tx -> tx.put(Network.create(cluster.ids().network(), NetworkSpec.overlay("small"))));
  }

  /** Managers become workers, and workers managers, while some of them are lost. */
  public static Scenario roleChanges() {
    return new Scenario(
        "role-changes",
        "workers are promoted and managers demoted while leaders are lost and lines are cut",
        realistic(),
        (plan, chance) -> {
          plan.at(seconds(0), "create web", c -> Users.create(c, web(6, update(chance.fork()))));
          Duration at = seconds(5);
          for (int i = 0; i < 20; i++) {
            String machine = MACHINES.get(chance.nextInt(MACHINES.size()));
            NodeRole role = NodeRole.values()[chance.nextInt(2)];
            plan.at(at, "make " + machine + " a " + role, c -> Users.role(c, machine, role));
            if (chance.withProbability(0.3)) { // and think better of it
              Duration then = at.plusMillis(chance.nextInt(300));
              NodeRole other = role == NodeRole.MANAGER ? NodeRole.WORKER : NodeRole.MANAGER;
              plan.at(then, "make " + machine + " a " + other, c -> Users.role(c, machine, other));
            }
            if (chance.withProbability(0.5)) {
              Fault fault =
                  switch (chance.nextInt(5)) {
                    case 0 -> Fault.leaderLoss();
                    case 1 -> Fault.leadershipLoss();
                    case 2 -> Fault.powerOff(machine);
                    case 3 -> Fault.isolation(machine);
                    default -> RandomFaults.any(chance, MACHINES);
                  };
              Duration from = at.plusMillis(chance.nextInt(200));
              plan.during(from, from.plusMillis(chance.nextInt(15_000)), fault);
            }
            at = at.plusMillis(chance.nextInt(15_000));
          }
        });
  }

  /** Everything happens that may. */
  public static Scenario anything() {
    return new Scenario(
        "anything",
        "users and faults do whatever they may, all at once",
        realistic(),
        (plan, chance) -> {
          Duration at = seconds(0);
          for (int i = 0; i < 50; i++) {
            anyStep(plan, at, chance, i);
            at = at.plus(chance.between(Duration.ZERO, seconds(8)));
          }
        });
  }

  /** Jobs, secrets and configs beside services, while anything happens. */
  public static Scenario workloads() {
    return new Scenario(
        "workloads",
        "jobs, secrets and configs beside services, while users and faults do whatever they may",
        swarm -> WorkloadStory.images(realistic().apply(swarm)),
        (plan, chance) -> new WorkloadStory(plan, chance).write());
  }

  static void anyStep(Plan plan, Duration at, Chance chance, int number) {
    String some = "service" + chance.nextInt(6);
    String machine = WORKERS.get(chance.nextInt(5));
    switch (chance.nextInt(16)) {
      case 0, 1, 2 -> {
        ServiceSpec spec = anySpec(some, chance);
        plan.at(at, "create " + spec.name(), c -> Users.create(c, spec));
      }
      case 3 -> {
        int replicas = chance.nextInt(MOST_REPLICAS);
        plan.at(at, "scale " + some, c -> Users.update(c, some, scaled(replicas)));
      }
      case 4, 5 ->
          plan.at(at, "update " + some, c -> Users.update(c, some, image("web:" + number)));
      case 6 -> plan.at(at, "roll back " + some, c -> Users.rollback(c, some));
      case 7 -> plan.at(at, "remove " + some, c -> Users.remove(c, some));
      case 8, 9 -> plan.at(at, Fault.crash(some, chance.nextInt(2)));
      case 10 -> plan.at(at, Fault.unhealthy(some));
      case 11 -> {
        Availability wanted = Availability.values()[chance.nextInt(3)];
        availability(plan, at, machine, wanted);
        availability(plan, at.plusSeconds(chance.nextInt(90)), machine, Availability.ACTIVE);
      }
      case 12 -> {
        Map<String, String> labels = Map.of("zone", "z" + chance.nextInt(3));
        plan.at(
            at,
            "label " + machine + " " + labels,
            c -> Users.node(c, machine, spec -> spec.withLabels(labels)));
      }
      default ->
          plan.during(
              at,
              at.plus(chance.between(Duration.ZERO, seconds(60))),
              RandomFaults.any(chance, MACHINES));
    }
  }

  private static UnaryOperator<ServiceSpec> scaled(int replicas) {
    return spec ->
        spec.mode() instanceof ServiceMode.Replicated ? spec.withReplicas(replicas) : spec;
  }

  static ServiceSpec anySpec(String name, Chance chance) {
    boolean global = chance.withProbability(0.25);
    ServiceSpec spec =
        ServiceSpec.of(name, chance.withProbability(0.8) ? "web:1" : "stubborn:1")
            .withUpdate(update(chance))
            .withMode(
                global
                    ? new ServiceMode.Global()
                    : new ServiceMode.Replicated(chance.nextInt(MOST_REPLICAS)));
    RestartPolicy restart =
        RestartPolicy.builder()
            .delay(seconds(chance.nextInt(6)))
            .backoff(RestartPolicy.Backoff.OFF)
            .build();
    spec = spec.withTask(spec.task().withRestart(restart));
    if (chance.withProbability(0.3)) {
      HealthCheck check =
          HealthCheckBuilder.builder()
              .probe(new HealthCheck.Probe.Tcp(80))
              .interval(seconds(5))
              .timeout(seconds(1))
              .retries(2)
              .build();
      spec = spec.withTask(spec.task().withContainer(spec.task().container().withHealth(check)));
    }
    if (chance.withProbability(0.3)) {
      Placement zone = Placement.constrained("node.labels.zone!=z" + chance.nextInt(3));
      spec = spec.withTask(spec.task().withPlacement(zone));
    }
    if (chance.withProbability(0.3)) {
      int port = chance.withProbability(0.5) ? 0 : 8_000 + name.charAt(name.length() - 1);
      spec = spec.withEndpoint(published(port));
    }
    return spec;
  }
}
