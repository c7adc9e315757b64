package io.swarm4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.jvm.JvmImages;
import io.swarm4j.agent.jvm.JvmRuntime;
import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeState;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Placement;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import io.swarm4j.testing.Feature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Traffic within and into a swarm of three nodes whose data plane is in user space: the same list
 * that the kernel's is to pass on Docker hosts.
 */
@Timeout(180)
class UserSpaceTrafficTest {
  private static final int PORT = 7000;
  private static final Duration LONG = Duration.ofSeconds(120);

  private final JvmImages images =
      JvmImages.builder()
          .image("name", UserSpaceTrafficTest::tellName, image -> image.expose(PORT))
          .image("caller", UserSpaceTrafficTest::call, image -> image.expose(PORT))
          .build();

  private JvmRuntime mortal;
  private final Swarm swarm =
      Swarm.builder()
          .name("traffic")
          .workers(2)
          .cluster(ClusterSpec.DEFAULT.withHeartbeatPeriod(Duration.ofMillis(300)))
          .images(images)
          .runtime(
              "w1",
              (node, time, loop) -> {
                mortal = JvmRuntime.builder(time).images(images).hostname(node.name()).build();
                return new Survivor(mortal);
              })
          .start();

  /** Tasks that outlive their agent, as programs of their own do. */
  private record Survivor(Runtime runtime) implements Runtime {
    @Override
    public NodeDescription describe() {
      return runtime.describe();
    }

    @Override
    public Container create(TaskContext task) {
      return runtime.create(task);
    }

    @Override
    public CompletionStage<List<Container>> recover() {
      return runtime.recover();
    }

    @Override
    public void close() {
      // the tasks go on
    }
  }

  private static void tellName(JvmTask task) throws IOException, InterruptedException {
    task.serve(PORT, client -> client.getOutputStream().write(task.name().getBytes(UTF_8)));
    task.awaitStop();
  }

  /** Asks a service that the client names, or tells all addresses behind a name. */
  private static void call(JvmTask task) throws IOException, InterruptedException {
    task.serve(
        PORT,
        client -> {
          String wish =
              new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8)).readLine();
          String answer =
              wish.startsWith("addresses ")
                  ? task.resolveAll(wish.substring("addresses ".length())).toString()
                  : ask(task.resolve(wish).getHostAddress(), PORT, "");
          client.getOutputStream().write(answer.getBytes(UTF_8));
        });
    task.awaitStop();
  }

  private static String ask(String host, int port, String wish) throws IOException {
    try (Socket client = new Socket()) {
      client.connect(new InetSocketAddress(host, port), 10_000);
      client.setSoTimeout(10_000);
      if (!wish.isEmpty()) {
        client.getOutputStream().write((wish + "\n").getBytes(UTF_8));
      }
      return new String(client.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @BeforeEach
  void start() {
    swarm.networks().create(NetworkSpec.overlay("backend"));
    ServiceSpec caller = attached("caller", "caller");
    Placement here = Placement.constrained("node.hostname == m1");
    run(
        caller
            .withTask(caller.task().withPlacement(here))
            .withEndpoint(publish(PortSpec.ingress(6000, PORT))));
  }

  @AfterEach
  void close() {
    swarm.close();
    mortal.close();
  }

  private static ServiceSpec attached(String name, String image) {
    ServiceSpec spec = ServiceSpec.of(name, image);
    UpdatePolicy policy =
        UpdatePolicy.builder()
            .monitor(Duration.ofMillis(50))
            .order(UpdateOrder.START_FIRST)
            .build();
    return spec.withUpdate(policy)
        .withRollback(policy)
        .withTask(spec.task().withNetworks(List.of(NetworkAttachmentSpec.of("backend"))));
  }

  private static EndpointSpec publish(PortSpec port) {
    return EndpointSpec.publish(port);
  }

  private void run(ServiceSpec spec) {
    swarm.services().create(spec);
    converged(spec.name());
  }

  private void converged(String service) {
    assertThat(swarm.services().await(service, LONG)).matches(Convergence::isConverged);
  }

  /** What the task of "caller" gets as an answer. */
  private String fromInside(String wish) throws IOException {
    return ask(swarm.nodeAddresses().get("m1"), 6000, wish);
  }

  private TreeSet<String> answersInside(String service) throws IOException {
    TreeSet<String> answers = new TreeSet<>();
    for (int i = 0; i < 12; i++) {
      answers.add(fromInside(service));
    }
    return answers;
  }

  private void everyNodeAnswers(int port, int tasks) throws IOException {
    for (String node : swarm.nodeAddresses().values()) {
      TreeSet<String> answers = new TreeSet<>();
      for (int i = 0; i < 12; i++) {
        answers.add(ask(node, port, ""));
      }
      assertThat(answers).as(node).hasSize(tasks);
    }
  }

  @Test
  @Feature({"K06", "K07", "K09", "K13"})
  void aTaskReachesAnotherServiceByNameAcrossNodes() throws IOException {
    run(attached("customer", "name").withReplicas(3));
    run(
        attached("pairs", "name")
            .withReplicas(2)
            .withEndpoint(new EndpointSpec(EndpointSpec.EndpointMode.DNSRR, List.of())));

    assertThat(answersInside("customer")).hasSize(3);
    assertThat(fromInside("addresses customer"))
        .isEqualTo(
            "[/" + swarm.services().get("customer").endpoint().virtualIps().get(0).address() + "]");
    assertThat(fromInside("addresses tasks.customer").split(",")).hasSize(3);
    assertThat(answersInside("pairs")).hasSize(2);
    assertThat(fromInside("addresses pairs").split(",")).hasSize(2);
    assertThat(swarm.services().get("pairs").endpoint().virtualIps()).isEmpty();
  }

  @Test
  @Feature({"H01", "H02", "H08", "H13"})
  void portsAnswerWhereTheyArePublished() throws IOException {
    run(
        attached("web", "name")
            .withReplicas(3)
            .withEndpoint(publish(PortSpec.ingress(5000, PORT))));
    run(attached("any", "name").withReplicas(2).withEndpoint(publish(PortSpec.ingress(0, PORT))));
    run(attached("single", "name").withEndpoint(publish(PortSpec.host(5001, PORT))));

    everyNodeAnswers(5000, 3);
    int chosen = swarm.services().get("any").endpoint().ports().get(0).published();
    assertThat(chosen).isBetween(30_000, 32_767);
    everyNodeAnswers(chosen, 2);
    Task single = swarm.services().tasks("single").get(0);
    String home = swarm.view().node(single.nodeId()).hostname();
    for (String node : swarm.nodeAddresses().keySet()) {
      String address = swarm.nodeAddresses().get(node);
      if (node.equals(home)) {
        assertThat(ask(address, 5001, "")).isEqualTo("single.1");
      } else {
        assertThatThrownBy(() -> ask(address, 5001, "")).isInstanceOf(ConnectException.class);
      }
    }
  }

  @Test
  void noRequestFailsThroughUpdateRollbackScaleDrainAndTheKillOfAnAgent() throws Exception {
    run(
        attached("shop", "name")
            .withReplicas(3)
            .withEndpoint(publish(PortSpec.ingress(5002, PORT))));
    List<Caller> callers = new ArrayList<>();
    for (String node : List.of("m1", "w2")) {
      String address = swarm.nodeAddresses().get(node);
      callers.add(new Caller("at " + node, () -> ask(address, 5002, "")));
    }
    callers.add(new Caller("inside", () -> fromInside("shop")));

    swarm.services().update("shop", spec -> spec.withTask(spec.task().withForceUpdate(1)));
    converged("shop");
    swarm.services().rollback("shop");
    converged("shop");
    swarm.services().scale("shop", 6);
    converged("shop");
    swarm.services().scale("shop", 3);
    converged("shop");
    swarm.nodes().availability("w2", Availability.DRAIN);
    converged("shop");
    swarm.nodes().availability("w2", Availability.ACTIVE);
    swarm.nodes().halt("w1");
    assertThat(
            swarm.await(view -> swarm.nodes().get("w1").status().state() == NodeState.DOWN, LONG))
        .isTrue();
    converged("shop");

    for (Caller caller : callers) {
      caller.end();
      assertThat(caller.failures).as(caller.name).isEmpty();
      assertThat(caller.answered.get()).as(caller.name).isGreaterThan(50);
    }
  }

  /** A client that asks without end, each time on a new connection. */
  private static final class Caller {
    final String name;
    final AtomicInteger answered = new AtomicInteger();
    final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Thread thread;

    private interface Request {
      String send() throws IOException;
    }

    Caller(String name, Request request) {
      this.name = name;
      thread = new Thread(() -> run(request), "caller-" + name);
      thread.start();
    }

    private void run(Request request) {
      while (!ended.get()) {
        try {
          String answer = request.send();
          if (answer.startsWith("shop.")) {
            answered.incrementAndGet();
          } else {
            failures.add("answered '" + answer + "'");
          }
        } catch (IOException failure) {
          failures.add(failure.toString());
        }
        LockSupport.parkNanos(2_000_000);
      }
    }

    void end() throws InterruptedException {
      ended.set(true);
      thread.join();
    }
  }
}
