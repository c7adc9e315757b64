package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.store.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Networks of the Engine API. */
public final class NetworkJson {
  private static final String VNIS = "com.docker.network.driver.overlay.vxlanid_list";

  private NetworkJson() {}

  /** Whether a network that is to be created spans the swarm; others are of one node's engine. */
  public static boolean isOfSwarm(byte[] networkCreate) {
    Fields fields = Json.read(networkCreate);
    return "overlay".equals(fields.text("Driver")) || "swarm".equals(fields.text("Scope"));
  }

  /** Reads {@code NetworkCreate}. */
  public static NetworkSpec read(Fields fields) {
    NetworkSpecBuilder spec = NetworkSpecBuilder.builder();
    String name = fields.text("Name", "");
    Map<String, String> options = new LinkedHashMap<>(fields.map("Options"));
    boolean encrypted = options.containsKey("encrypted");
    fields.only("Scope", "swarm");
    fields.maybeFlag("CheckDuplicate"); // names are always unique
    spec.name(name)
        .driver(fields.text("Driver", "overlay"))
        .labels(fields.map("Labels"))
        .internal(fields.flag("Internal"))
        .attachable(fields.flag("Attachable"))
        .ingress(fields.flag("Ingress"))
        .ipv6(fields.flag("EnableIPv6"))
        .encrypted(encrypted)
        .options(options)
        .pools(fields.object("IPAM", NetworkJson::pools, List.of()));
    if (Boolean.FALSE.equals(fields.maybeFlag("EnableIPv4"))) {
      throw Json.refuse("EnableIPv4", "false", "true: overlays always have IPv4 addresses");
    }
    return spec.build();
  }

  private static List<IpPool> pools(Fields ipam) {
    ipam.only("Driver", "default");
    return ipam.objects("Config", NetworkJson::pool);
  }

  private static IpPool pool(Fields fields) {
    String subnet = fields.text("Subnet", "");
    String range = fields.text("IPRange");
    String gateway = fields.text("Gateway");
    Map<String, Ip> reserved = new LinkedHashMap<>();
    Map<String, String> auxiliary = fields.map("AuxiliaryAddresses");
    auxiliary.forEach((name, address) -> reserved.put(name, Ip.parse(address)));
    return new IpPool(
        Subnet.parse(subnet),
        range == null ? null : Subnet.parse(range),
        gateway == null ? null : Ip.parse(gateway),
        reserved);
  }

  /** Writes a network as {@code network ls} and {@code network inspect} show it. */
  public static ObjectNode write(Network network) {
    NetworkSpec spec = network.spec();
    ObjectNode node =
        Json.object()
            .put("Name", network.name())
            .put("Id", network.id().toString())
            .put("Created", Json.time(network.meta().createdAt()))
            .put("Scope", "swarm")
            .put("Driver", spec.driver())
            .put("EnableIPv4", true)
            .put("EnableIPv6", spec.ipv6());
    ObjectNode ipam = node.putObject("IPAM").put("Driver", "default").putNull("Options");
    List<IpPool> pools = network.pools();
    ipam.set("Config", pools.isEmpty() && spec.pools().isEmpty() ? null : configs(network));
    node.put("Internal", spec.internal())
        .put("Attachable", spec.attachable())
        .put("Ingress", spec.ingress());
    node.putObject("ConfigFrom").put("Network", "");
    node.put("ConfigOnly", false).putNull("Containers");
    node.set("Options", Json.map(options(network)));
    node.set("Labels", Json.map(spec.labels()));
    return node;
  }

  private static Map<String, String> options(Network network) {
    Map<String, String> options = new LinkedHashMap<>(network.spec().options());
    if (network.vni() != 0) {
      options.put(VNIS, Integer.toString(network.vni()));
    }
    if (network.spec().encrypted()) {
      options.put("encrypted", "");
    }
    return options;
  }

  private static ArrayNode configs(Network network) {
    List<IpPool> pools = network.pools().isEmpty() ? network.spec().pools() : network.pools();
    return Json.list(
        pools,
        pool -> {
          ObjectNode node = Json.object().put("Subnet", pool.subnet().toString());
          if (pool.range() != null) {
            node.put("IPRange", pool.range().toString());
          }
          return node.put("Gateway", gateway(pool).toString());
        });
  }

  private static Ip gateway(IpPool pool) {
    @Nullable Ip given = pool.gateway();
    return given == null ? pool.subnet().first().plus(1) : given;
  }

  /** Adds the containers of one node that are attached. */
  public static void addContainers(ObjectNode node, Network network, List<Task> tasks, View view) {
    ObjectNode containers = node.putObject("Containers");
    for (Task task : tasks) {
      for (TaskPlace place : TaskPlace.of(task, view)) {
        if (place.isOn(network) && task.state() == TaskState.RUNNING) {
          containers
              .putObject(Digests.containerId(task))
              .put("Name", view.nameOf(task) + "." + task.id())
              .put("EndpointID", task.id().toString())
              .put("MacAddress", "")
              .put("IPv4Address", place.text(true))
              .put("IPv6Address", place.text(false));
        }
      }
    }
  }

  /** Adds what {@code docker network inspect --verbose} tells: services and their tasks. */
  public static void addServices(ObjectNode node, Network network, View view) {
    ObjectNode services = node.putObject("Services");
    Map<String, String> peers = new TreeMap<>();
    for (Service service : view.services()) {
      ArrayNode tasks = Json.array();
      for (Task task : view.tasksOf(service.id())) {
        Node host = task.nodeId() == null ? null : view.node(task.nodeId());
        for (TaskPlace place : TaskPlace.of(task, view)) {
          if (place.isOn(network) && host != null && task.holdsNode()) {
            peers.put(host.hostname(), host.status().address());
            tasks
                .addObject()
                .put("Name", view.nameOf(task) + "." + task.id())
                .put("EndpointID", task.id().toString())
                .put("EndpointIP", place.addresses().get(0).address().toString())
                .putObject("Info")
                .put("Host IP", host.status().address());
          }
        }
      }
      Ip vip = service.endpoint().virtualIp(network.id());
      if (vip != null || !tasks.isEmpty()) {
        ObjectNode each = services.putObject(service.name());
        each.put("VIP", vip == null ? "" : vip.toString()).putArray("Ports");
        each.put("LocalLBIndex", 0).set("Tasks", tasks);
      }
    }
    ArrayNode list = node.putArray("Peers");
    peers.forEach((name, address) -> list.addObject().put("Name", name).put("IP", address));
  }

  /** A task's place on a network. */
  static ObjectNode attached(Network network) {
    NetworkSpec spec = network.spec();
    ObjectNode node = Json.stored(network.id(), network.meta());
    ObjectNode written = node.putObject("Spec").put("Name", network.name());
    written.set("Labels", Json.map(spec.labels()));
    written.putObject("DriverConfiguration").put("Name", spec.driver());
    Json.putTrue(written, "Attachable", spec.attachable());
    Json.putTrue(written, "Ingress", spec.ingress());
    Json.putTrue(written, "Internal", spec.internal());
    written.putObject("IPAMOptions").putObject("Driver").put("Name", "default");
    written.put("Scope", "swarm");
    ObjectNode driver = node.putObject("DriverState").put("Name", spec.driver());
    driver.set("Options", Json.map(options(network)));
    ObjectNode ipam = node.putObject("IPAMOptions");
    ipam.putObject("Driver").put("Name", "default");
    ipam.set("Configs", configs(network));
    return node;
  }
}
