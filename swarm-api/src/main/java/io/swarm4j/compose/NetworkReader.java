package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpecBuilder;
import io.swarm4j.model.Subnet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a network of the top-level section {@code networks}. */
final class NetworkReader {
  private static final String ENCRYPTED = "encrypted";
  private static final int MOST_SUBNETS = 64;
  static final Vocabulary IPAM_CONFIG =
      Vocabulary.of("subnet", "gateway", "ip_range", "aux_addresses");
  static final Vocabulary IPAM =
      Vocabulary.of("driver", "config")
          .refuse("options", "options of IPAM drivers are not supported; remove the key");
  static final Vocabulary KEYS =
      Vocabulary.of(
              "driver",
              "driver_opts",
              "attachable",
              "internal",
              "enable_ipv6",
              "labels",
              "ipam",
              "external",
              "name")
          .section("ipam", IPAM);

  private NetworkReader() {}

  static Definition<NetworkSpec> read(Value value, String key) {
    Fields fields = Fields.optional(value, KEYS);
    Definition.Naming naming = Definition.naming(fields, key, "network");
    NetworkSpec spec = naming.external() ? null : spec(fields, naming.name());
    return new Definition<>(naming.name(), naming.external(), value.mark(), spec);
  }

  private static @Nullable NetworkSpec spec(Fields fields, String name) {
    Map<String, String> options = new LinkedHashMap<>(fields.textMap("driver_opts"));
    String encrypted = options.remove(ENCRYPTED);
    Fields ipam = fields.child("ipam", IPAM);
    ipam.ifPresent("driver", driver -> driver.oneOf(Map.of("default", true)), ignored -> {});
    List<Placed<NetworkSpec.IpPool>> pools = pools(ipam);
    NetworkSpecBuilder builder =
        NetworkSpecBuilder.builder()
            .name(name)
            .labels(Definition.labels(fields))
            .options(options)
            .attachable(fields.bool("attachable"))
            .internal(fields.bool("internal"))
            .ipv6(fields.bool("enable_ipv6"))
            .encrypted(encrypted != null && !encrypted.equals("false"))
            .pools(Placed.specs(pools));
    fields.ifPresent("driver", Value::text, builder::driver);
    Value named = fields.has("name") ? fields.at("name") : fields.section();
    Origins origins =
        Origins.at(fields.section()).put("name", named).putAll("pools", Placed.places(pools));
    return fields.section().reading().build(origins, builder::build);
  }

  private static List<Placed<NetworkSpec.IpPool>> pools(Fields ipam) {
    List<Placed<NetworkSpec.IpPool>> pools = new ArrayList<>();
    List<Value> items = ipam.list("config");
    if (items.size() > MOST_SUBNETS) {
      ipam.at("config").fault(Code.INVALID, "", "has more than " + MOST_SUBNETS + " subnets");
      return pools;
    }
    for (Value item : items) {
      Fields config = Fields.of(item, IPAM_CONFIG);
      if (config.required("subnet", "write one such as 10.1.0.0/24") == null) {
        continue;
      }
      Subnet subnet = config.map("subnet", NetworkReader::subnet);
      Subnet range = config.map("ip_range", NetworkReader::subnet);
      Ip gateway = config.map("gateway", NetworkReader::ip);
      Map<String, Ip> reserved = new LinkedHashMap<>();
      config
          .mapping("aux_addresses")
          .forEach(
              (name, address) -> {
                Ip ip = ip(address);
                if (ip != null) {
                  reserved.put(name, ip);
                }
              });
      if (subnet != null) {
        Origins origins =
            Origins.at(item)
                .put("subnet", config.at("subnet"))
                .put("range", config.at("ip_range"))
                .put("gateway", config.at("gateway"))
                .put("reserved", config.at("aux_addresses"));
        NetworkSpec.IpPool pool =
            item.reading()
                .build(origins, () -> new NetworkSpec.IpPool(subnet, range, gateway, reserved));
        if (pool != null) {
          pools.add(new Placed<>(pool, item));
        }
      }
    }
    return pools;
  }

  private static @Nullable Subnet subnet(Value value) {
    String text = value.text();
    return text == null ? null : value.reading().build(Origins.at(value), () -> Subnet.parse(text));
  }

  /** An address; a fault and null if it is none. */
  static @Nullable Ip ip(Value value) {
    String text = value.text();
    return text == null ? null : value.reading().build(Origins.at(value), () -> Ip.parse(text));
  }
}
