package io.swarm4j.compose;

import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.ContainerSpec.DnsConfig;
import io.swarm4j.model.ContainerSpec.Ulimit;
import io.swarm4j.model.ContainerSpecBuilder;
import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Privileges;
import io.swarm4j.model.SecretReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads those keys of a service that describe its container. */
final class ContainerReader {
  static final Vocabulary ULIMIT = Vocabulary.of("soft", "hard");

  private final MountReader mounts;
  private final GrantReader grants;

  ContainerReader(Definitions definitions) {
    mounts = new MountReader(definitions);
    grants = new GrantReader(definitions);
  }

  @Nullable ContainerSpec read(Fields service) {
    Reading reading = service.section().reading();
    List<Placed<Mount>> mounted = mounts.read(service);
    List<Placed<SecretReference>> secrets = grants.secrets(service);
    List<Placed<ConfigReference>> configs = grants.configs(service);
    List<Placed<Ulimit>> ulimits = ulimits(service);
    ContainerSpecBuilder builder =
        ContainerSpec.builder()
            .image(image(service))
            .command(words(service, "entrypoint"))
            .args(words(service, "command"))
            .env(EnvironmentReader.read(service))
            .labels(Definition.labels(service))
            .groups(service.texts("group_add"))
            .tty(service.bool("tty"))
            .openStdin(service.bool("stdin_open"))
            .readOnly(service.bool("read_only"))
            .mounts(Placed.specs(mounted))
            .secrets(Placed.specs(secrets))
            .configs(Placed.specs(configs))
            .hosts(hosts(service))
            .exposedPorts(PortReader.exposed(service))
            .sysctls(service.textMap("sysctls"))
            .privileges(
                new Privileges(
                    service.bool("privileged"),
                    service.texts("cap_add"),
                    service.texts("cap_drop"),
                    service.texts("devices")))
            .ulimits(Placed.specs(ulimits));
    service.ifPresent("hostname", Value::text, builder::hostname);
    service.ifPresent("working_dir", Value::text, builder::workingDir);
    service.ifPresent("user", Value::text, builder::user);
    service.ifPresent("init", Value::bool, builder::init);
    service.ifPresent("stop_signal", Value::text, builder::stopSignal);
    service.ifPresent("stop_grace_period", Value::duration, builder::stopGracePeriod);
    service.ifPresent("healthcheck", HealthReader::read, builder::health);
    dns(service).ifPresent(builder::dns);
    Origins origins =
        Origins.at(service.section())
            .put("image", service.at("image"))
            .put("env", service.at("environment"))
            .put("stopSignal", service.at("stop_signal"))
            .put("stopGracePeriod", service.at("stop_grace_period"))
            .putAll("mounts", Placed.places(mounted))
            .putAll("secrets", Placed.places(secrets))
            .putAll("configs", Placed.places(configs))
            .putAll("ulimits", Placed.places(ulimits));
    return reading.build(origins, builder::build);
  }

  /** The model wants an image; one that is missing is reported in the words of the file. */
  private static String image(Fields service) {
    String image =
        service.required(
            "image", "write a reference such as nginx:1.27; images are not built from sources");
    return image == null ? "missing" : image;
  }

  private static List<String> words(Fields service, String key) {
    Value value = service.get(key);
    if (value == null) {
      return List.of();
    }
    if (!value.isScalar()) {
      return value.texts();
    }
    List<String> words = value.parse(Words::split);
    return words == null ? List.of() : words;
  }

  private static Map<String, String> hosts(Fields service) {
    Map<String, String> hosts = new LinkedHashMap<>();
    Value section = service.get("extra_hosts");
    if (section == null) {
      return hosts;
    }
    if (section.isMapping()) {
      section.mapping().forEach((name, value) -> host(hosts, name, value.text(), value));
      return hosts;
    }
    for (Value item : section.list()) {
      String text = item.text();
      if (text == null) {
        continue;
      }
      int end = text.indexOf('=') > 0 ? text.indexOf('=') : text.indexOf(':');
      if (end <= 0) {
        item.fault(
            Code.INVALID,
            text,
            "'" + Value.shorten(text) + "' is no host; write name=address or name:address");
      } else {
        host(hosts, text.substring(0, end), text.substring(end + 1), item);
      }
    }
    return hosts;
  }

  private static void host(
      Map<String, String> hosts, String name, @Nullable String address, Value at) {
    if (address == null) {
      return;
    }
    String bare =
        address.startsWith("[") && address.endsWith("]")
            ? address.substring(1, address.length() - 1)
            : address;
    Ip ip = at.reading().build(Origins.at(at), () -> Ip.parse(bare));
    if (ip != null && hosts.put(name, bare) != null) {
      at.fault(Code.DUPLICATE, name, "host '" + Value.shorten(name) + "' stands twice");
    }
  }

  private static Optional<DnsConfig> dns(Fields service) {
    List<String> servers = new ArrayList<>();
    Value section = service.get("dns");
    if (section != null) {
      for (Value item : section.listOrOne()) {
        Ip ip = NetworkReader.ip(item);
        if (ip != null) {
          servers.add(ip.toString());
        }
      }
    }
    List<String> search = service.textsOrOne("dns_search");
    List<String> options = service.textsOrOne("dns_opt");
    return servers.isEmpty() && search.isEmpty() && options.isEmpty()
        ? Optional.empty()
        : Optional.of(new DnsConfig(servers, search, options));
  }

  private static List<Placed<Ulimit>> ulimits(Fields service) {
    List<Placed<Ulimit>> ulimits = new ArrayList<>();
    service
        .mapping("ulimits")
        .forEach(
            (name, value) -> {
              Fields both = value.isMapping() ? Fields.of(value, ULIMIT) : null;
              if (both != null) {
                both.required("soft", "write the soft limit");
                both.required("hard", "write the hard limit");
              }
              Long soft = both == null ? value.integer() : both.map("soft", Value::integer);
              Long hard = both == null ? soft : both.map("hard", Value::integer);
              if (soft != null && hard != null) {
                Ulimit ulimit =
                    value.reading().build(Origins.at(value), () -> new Ulimit(name, soft, hard));
                if (ulimit != null) {
                  ulimits.add(new Placed<>(ulimit, value));
                }
              }
            });
    return ulimits;
  }
}
