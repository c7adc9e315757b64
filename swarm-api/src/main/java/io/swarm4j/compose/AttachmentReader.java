package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.ServiceMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code networks} of a service: those it is attached to, and its names on them. */
final class AttachmentReader {
  static final Vocabulary KEYS =
      Vocabulary.of("aliases", "ipv4_address", "ipv6_address")
          .refuse("link_local_ips", "link-local addresses are not supported; remove the key")
          .refuse("mac_address", "a task's MAC address cannot be chosen; remove the key")
          .refuse("priority", "networks have no order in a swarm; remove the key");

  /** Networks of the node itself, on which no names are resolved. */
  private static final Set<String> OF_THE_NODE = Set.of("host", "bridge", "none");

  private final Definitions definitions;

  AttachmentReader(Definitions definitions) {
    this.definitions = definitions;
  }

  /** The default network if the service names none; its short name is an alias on each. */
  List<Placed<NetworkAttachmentSpec>> read(Fields service, String shortName, ServiceMode mode) {
    Value section = service.get("networks");
    Map<String, Value> named =
        section == null ? new LinkedHashMap<>() : new LinkedHashMap<>(section.named("network"));
    boolean longForm = section != null && section.isMapping() && !named.isEmpty();
    List<Placed<NetworkAttachmentSpec>> attachments = new ArrayList<>();
    if (named.isEmpty()) {
      named.put(Definitions.DEFAULT_NETWORK, service.at("networks"));
    }
    named.forEach(
        (key, at) -> {
          Fields fields = longForm ? Fields.optional(at, KEYS) : Fields.empty(at, KEYS);
          Definition<NetworkSpec> network =
              definitions.use(
                  definitions.networks(),
                  "network",
                  key,
                  at,
                  "add 'networks: {" + Value.shorten(key) + ": }'");
          Ip address = address(fields, mode);
          List<String> aliases = fields.texts("aliases");
          if (network != null) {
            Set<String> names = new LinkedHashSet<>(aliases);
            if (!OF_THE_NODE.contains(network.name())) {
              names.add(shortName);
            }
            attachments.add(
                new Placed<>(
                    new NetworkAttachmentSpec(network.name(), List.copyOf(names), address), at));
          }
        });
    return attachments;
  }

  private static @Nullable Ip address(Fields fields, ServiceMode mode) {
    Ip v4 = fields.map("ipv4_address", NetworkReader::ip);
    Ip v6 = fields.map("ipv6_address", NetworkReader::ip);
    if (v4 != null && v6 != null) {
      fields
          .at("ipv6_address")
          .fault(Code.CONTRADICTION, v6.toString(), "only one address can be fixed; remove one");
    }
    boolean single = mode instanceof ServiceMode.Replicated some && some.replicas() <= 1;
    if ((v4 != null || v6 != null) && !single) {
      fields
          .at(v4 != null ? "ipv4_address" : "ipv6_address")
          .fault(
              Code.CONTRADICTION,
              String.valueOf(v4 != null ? v4 : v6),
              "a fixed address is for a service with one task; set deploy.replicas to 1 or remove"
                  + " the key");
    }
    return v4 != null ? v4 : v6;
  }
}
