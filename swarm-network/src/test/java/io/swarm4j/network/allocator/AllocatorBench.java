package io.swarm4j.network.allocator;

import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskBuilder;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.network.dns.Discovery;
import io.swarm4j.network.endpoint.EndpointTable;
import io.swarm4j.network.ipam.AddressAllocator;
import io.swarm4j.network.ports.PortAllocator;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.store.Change;
import io.swarm4j.store.StoreTransaction;
import io.swarm4j.store.View;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * Time per allocation of addresses and ports, per task brought to PENDING, per question about a
 * name; best and median of seven samples after a warm-up. Run it with the number of operations as
 * argument.
 */
final class AllocatorBench {
  private static final int WARM_UPS = 2;
  private static final int SAMPLES = 7;
  private static final NetworkId NETWORK = new NetworkId(0, 1);

  private final int operations;
  private final TaskId[] tasks;

  private AllocatorBench(int operations) {
    this.operations = operations;
    Random random = new Random(1);
    tasks = new TaskId[operations];
    Arrays.setAll(tasks, i -> new TaskId(random.nextLong(), random.nextLong()));
  }

  public static void main(String[] args) {
    int operations = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
    AllocatorBench bench = new AllocatorBench(operations);
    bench.addresses();
    bench.ports();
    bench.tasks("tasks without network", ServiceSpec.of("web", "app"));
    bench.tasks("tasks on one network", TestSwarm.spec("web", "backend"));
    bench.names();
  }

  private void addresses() {
    measure(
        "address: allocate, fresh /8",
        operations,
        () -> {
          AddressAllocator addresses = open("10.0.0.0/8");
          return timed(
              () -> {
                for (TaskId task : tasks) {
                  addresses.allocate(NETWORK, task);
                }
              });
        });
    churn(16, 99);
    churn(12, 50);
    churn(12, 99);
  }

  private void churn(int prefix, int percent) {
    AddressAllocator addresses = open("10.0.0.0/" + prefix);
    int held = (int) (addresses.usage(NETWORK).get(0).total() * percent / 100);
    Ip[] ips = new Ip[held];
    TaskId[] holders = new TaskId[held];
    for (int i = 0; i < held; i++) {
      holders[i] = new TaskId(2, i);
      ips[i] = addresses.allocate(NETWORK, holders[i]).get(0);
    }
    Random random = new Random(3);
    int[] victims = random.ints(operations, 0, held).toArray();
    measure(
        "address: free one, allocate one, /" + prefix + " at " + percent + " %",
        2 * operations,
        () ->
            timed(
                () -> {
                  for (int victim : victims) {
                    addresses.release(NETWORK, ips[victim], holders[victim]);
                    ips[victim] = addresses.allocate(NETWORK, holders[victim]).get(0);
                  }
                }));
  }

  private static AddressAllocator open(String subnet) {
    AddressAllocator addresses = new AddressAllocator();
    addresses.open(NETWORK, List.of(IpPool.of(subnet)));
    return addresses;
  }

  private void ports() {
    PortAllocator ports = new PortAllocator();
    int full = 2740; // 99 % of the dynamic range
    ServiceId[] services = new ServiceId[full];
    for (int i = 0; i < full; i++) {
      services[i] = new ServiceId(1, i);
      ports.assign(services[i], List.of(PortSpec.ingress(0, 80)));
    }
    int[] victims = new Random(4).ints(operations, 0, full).toArray();
    List<PortSpec> wanted = List.of(PortSpec.ingress(0, 80));
    measure(
        "port: free one, assign one, dynamic range at 99 %",
        2 * operations,
        () ->
            timed(
                () -> {
                  for (int victim : victims) {
                    ports.release(services[victim]);
                    ports.assign(services[victim], wanted);
                  }
                }));
  }

  private void tasks(String what, ServiceSpec spec) {
    int count = Math.min(operations, 200_000);
    Service service = Service.create(new ServiceId(0, 1), spec);
    Network network =
        Network.create(NETWORK, new TestSwarm().overlay("backend", "10.0.0.0/8").spec());
    measure(
        what + ": NEW to PENDING, in transactions of 4096",
        count,
        () -> {
          StoreTransaction setup = new StoreTransaction(View.EMPTY, Instant.EPOCH, 4096);
          setup.put(network);
          setup.put(service);
          Allocator allocator = new Allocator(AllocatorOptions.DEFAULT);
          allocator.begin(noControl(), setup);
          View view = setup.result();
          long nanos = 0;
          for (int done = 0; done < count; done += 4096) {
            StoreTransaction tx = new StoreTransaction(view, Instant.EPOCH, Integer.MAX_VALUE);
            for (int i = done; i < Math.min(count, done + 4096); i++) {
              tx.put(newTask(service, tasks[i], i));
            }
            List<Change> changes = List.copyOf(tx.journal());
            nanos += timed(() -> allocator.reconcile(changes, tx));
            view = tx.result();
          }
          return nanos;
        });
  }

  private static Control noControl() {
    return (Control)
        Proxy.newProxyInstance(
            AllocatorBench.class.getClassLoader(),
            new Class<?>[] {Control.class},
            (proxy, method, arguments) -> null);
  }

  private static Task newTask(Service service, TaskId id, int slot) {
    return TaskBuilder.builder()
        .id(id)
        .serviceId(service.id())
        .specVersion(1)
        .slot(new SlotKey.Numbered(slot))
        .desiredState(TaskState.RUNNING)
        .status(TaskStatus.of(TaskState.NEW, Instant.EPOCH, "created"))
        .build();
  }

  private void names() {
    TestSwarm swarm = new TestSwarm();
    NetworkId backend = swarm.overlay("backend", "10.0.0.0/16").id();
    swarm.run(
        tx -> {
          for (int i = 0; i < 10_000; i++) {
            ServiceSpec spec =
                TestSwarm.spec("s" + i, "backend")
                    .withEndpoint(EndpointSpec.publish(PortSpec.ingress(1000 + i, 80)));
            tx.put(Service.create(swarm.ids().service(), spec));
          }
          return null;
        });
    List<Service> services = swarm.view().services();
    List<Task> running = new ArrayList<>();
    for (Service service : services.subList(0, 1000)) {
      swarm.tasks(service, 1, 4).forEach(task -> running.add(swarm.start(task)));
    }
    Discovery discovery = new Discovery(swarm::view);
    List<NetworkId> asker = List.of(backend);
    measure(
        "name: look-up among 10,000 services",
        operations,
        () ->
            timed(
                () -> {
                  for (int i = 0; i < operations; i++) {
                    discovery.resolve("s7", asker);
                  }
                }));
    Ids ids = new Ids(Chance.seeded(1));
    View[] views = new View[200];
    for (int i = 0; i < views.length; i++) {
      swarm.run(tx -> tx.put(newTask(services.get(0), ids.task(), 99)));
      views[i] = swarm.view();
    }
    int[] next = {0};
    Discovery live = new Discovery(() -> views[next[0]]);
    measure(
        "name: first look-up after a change of a task, 10,000 services",
        views.length,
        () ->
            timed(
                () -> {
                  for (next[0] = 0; next[0] < views.length - 1; next[0]++) {
                    live.resolve("tasks." + services.get(0).name(), asker);
                  }
                }));
    EndpointTable table = EndpointTable.of(swarm.view());
    Task task = running.get(0);
    Change change =
        new Change(task.withStatus(TaskStatus.of(TaskState.READY, Instant.EPOCH, "")), task);
    measure(
        "endpoint: change of one of 4 tasks, 10,000 services",
        10_000,
        () ->
            timed(
                () -> {
                  for (int i = 0; i < 10_000; i++) {
                    table.apply(List.of(change), swarm.view());
                  }
                }));
  }

  private static long timed(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }

  private static void measure(String what, int operations, LongSupplier sample) {
    double[] all = new double[WARM_UPS + SAMPLES];
    Arrays.setAll(all, i -> sample.getAsLong() / (double) operations);
    double[] nanos = Arrays.copyOfRange(all, WARM_UPS, all.length);
    Arrays.sort(nanos);
    System.out.printf("%-65s %8.1f ns/op (best %.1f)%n", what, nanos[SAMPLES / 2], nanos[0]);
  }
}
