package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.EndpointSpec.EndpointMode;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Service;
import io.swarm4j.store.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code EndpointSpec} and {@code Endpoint} of the Engine API. */
final class EndpointJson {
  private EndpointJson() {}

  static EndpointSpec read(Fields fields, @Nullable EndpointSpec present) {
    return new EndpointSpec(
        fields.constant("Mode", EndpointMode.VIP),
        fields.objects("Ports", port -> port(port, present)));
  }

  private static PortSpec port(Fields fields, @Nullable EndpointSpec present) {
    PortSpec port =
        new PortSpec(
            fields.text("Name", ""),
            fields.constant("Protocol", Protocol.TCP),
            fields.integer("TargetPort"),
            fields.integer("PublishedPort"),
            fields.constant("PublishMode", PublishMode.INGRESS),
            List.of());
    if (present != null) {
      for (PortSpec earlier : present.ports()) {
        PortSpec unbound =
            new PortSpec(
                earlier.name(),
                earlier.protocol(),
                earlier.target(),
                earlier.published(),
                earlier.publishMode(),
                List.of());
        if (unbound.equals(port)) {
          return earlier;
        }
      }
    }
    return port;
  }

  static ObjectNode spec(EndpointSpec spec) {
    ObjectNode node = Json.object().put("Mode", Constants.text(spec.mode()));
    putPorts(node, spec.ports());
    return node;
  }

  private static void putPorts(ObjectNode target, List<PortSpec> ports) {
    if (!ports.isEmpty()) {
      target.set("Ports", Json.list(ports, EndpointJson::write));
    }
  }

  static ObjectNode write(PortSpec port) {
    ObjectNode node = Json.object();
    Json.putText(node, "Name", port.name());
    node.put("Protocol", Constants.text(port.protocol())).put("TargetPort", port.target());
    Json.putNumber(node, "PublishedPort", port.published());
    return node.put("PublishMode", Constants.text(port.publishMode()));
  }

  /** What a service was given: nothing but an empty spec if that is nothing. */
  static ObjectNode endpoint(Service service, State state) {
    ObjectNode node = Json.object();
    ObjectNode spec = node.putObject("Spec");
    var endpoint = service.endpoint();
    if (endpoint.ports().isEmpty() && endpoint.virtualIps().isEmpty()) {
      return node;
    }
    spec.put("Mode", Constants.text(service.spec().endpoint().mode()));
    putPorts(spec, service.spec().endpoint().ports());
    putPorts(node, endpoint.ports());
    if (!endpoint.virtualIps().isEmpty()) {
      node.set(
          "VirtualIPs",
          Json.list(
              endpoint.virtualIps(),
              vip ->
                  Json.object()
                      .put("NetworkID", vip.network().toString())
                      .put(
                          "Addr",
                          TaskPlace.withPrefix(vip.address(), state.network(vip.network()))
                              .toString())));
    }
    return node;
  }
}
