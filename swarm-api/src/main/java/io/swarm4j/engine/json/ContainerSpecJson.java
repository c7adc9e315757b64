package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.ContainerSpecBuilder;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Privileges;
import io.swarm4j.model.SecretReference;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code ContainerSpec} of the Engine API. */
final class ContainerSpecJson {
  private ContainerSpecJson() {}

  @SuppressWarnings("NullAway") // builders of other modules do not show what may be null
  static ContainerSpec read(Fields fields, @Nullable ContainerSpec present, References references) {
    ContainerSpecBuilder spec =
        present == null ? ContainerSpecBuilder.builder() : ContainerSpecBuilder.builder(present);
    Privileges before = present == null ? Privileges.NONE : present.privileges();
    spec.image(fields.text("Image", ""))
        .labels(fields.map("Labels"))
        .command(fields.texts("Command"))
        .args(fields.texts("Args"))
        .hostname(fields.text("Hostname"))
        .env(environment(fields))
        .workingDir(fields.text("Dir"))
        .user(fields.text("User"))
        .groups(fields.texts("Groups"))
        .stopSignal(fields.text("StopSignal"))
        .tty(fields.flag("TTY"))
        .openStdin(fields.flag("OpenStdin"))
        .readOnly(fields.flag("ReadOnly"))
        .init(fields.maybeFlag("Init"))
        .mounts(fields.objects("Mounts", MountJson::read))
        .stopGracePeriod(fields.nanos("StopGracePeriod"))
        .health(fields.object("Healthcheck", HealthJson::read))
        .hosts(hosts(fields))
        .dns(fields.object("DNSConfig", ContainerSpecJson::dns))
        .secrets(references.secrets(fields))
        .configs(references.configs(fields))
        .sysctls(fields.map("Sysctls"))
        .privileges(
            new Privileges(
                before.privileged(),
                fields.texts("CapabilityAdd"),
                fields.texts("CapabilityDrop"),
                before.devices()))
        .ulimits(
            fields.objects(
                "Ulimits",
                limit ->
                    new ContainerSpec.Ulimit(
                        limit.text("Name", ""), limit.number("Soft"), limit.number("Hard"))));
    fields.only("Isolation", "default");
    return spec.build();
  }

  private static Map<String, String> environment(Fields fields) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String entry : fields.texts("Env")) {
      int equals = entry.indexOf('=');
      if (equals < 0) {
        fields.warn("Env: " + entry + " has no value and is left out");
      } else {
        environment.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    return environment;
  }

  /** Lines such as {@code 10.0.0.1 name alias}. */
  private static Map<String, String> hosts(Fields fields) {
    Map<String, String> hosts = new LinkedHashMap<>();
    for (String line : fields.texts("Hosts")) {
      String[] words = line.trim().split("\\s+");
      if (words.length < 2) {
        throw Json.refuse("Hosts", line, "an address and a name, as in: 10.0.0.1 db");
      }
      for (int i = 1; i < words.length; i++) {
        hosts.put(words[i], words[0]);
      }
    }
    return hosts;
  }

  private static ContainerSpec.@Nullable DnsConfig dns(Fields fields) {
    ContainerSpec.DnsConfig dns =
        new ContainerSpec.DnsConfig(
            fields.texts("Nameservers"), fields.texts("Search"), fields.texts("Options"));
    return dns.equals(new ContainerSpec.DnsConfig(List.of(), List.of(), List.of())) ? null : dns;
  }

  static ObjectNode write(ContainerSpec spec, boolean defaults, State state) {
    ObjectNode node = Json.object().put("Image", spec.image());
    Json.putMap(node, "Labels", spec.labels());
    Json.putTexts(node, "Command", spec.command());
    Json.putTexts(node, "Args", spec.args());
    Json.putText(node, "Hostname", spec.hostname());
    Json.putTexts(node, "Env", environment(spec.env()));
    Json.putText(node, "Dir", spec.workingDir());
    Json.putText(node, "User", spec.user());
    Json.putTexts(node, "Groups", spec.groups());
    Json.putText(node, "StopSignal", spec.stopSignal());
    Json.putTrue(node, "TTY", spec.tty());
    Json.putTrue(node, "OpenStdin", spec.openStdin());
    Json.putTrue(node, "ReadOnly", spec.readOnly());
    if (spec.init() != null) {
      node.put("Init", spec.init());
    }
    if (!spec.mounts().isEmpty()) {
      node.set("Mounts", Json.list(spec.mounts(), MountJson::write));
    }
    Json.putNanos(
        node, "StopGracePeriod", defaults ? spec.effectiveStopGrace() : spec.stopGracePeriod());
    if (spec.health() != null) {
      node.set("Healthcheck", HealthJson.write(spec.health()));
    }
    List<String> hosts = new ArrayList<>();
    spec.hosts().forEach((name, address) -> hosts.add(address + " " + name));
    Json.putTexts(node, "Hosts", hosts);
    ObjectNode dns = node.putObject("DNSConfig");
    if (spec.dns() != null) {
      Json.putTexts(dns, "Nameservers", spec.dns().nameservers());
      Json.putTexts(dns, "Search", spec.dns().search());
      Json.putTexts(dns, "Options", spec.dns().options());
    }
    writeReferences(node, spec, state);
    node.put("Isolation", "default");
    Json.putMap(node, "Sysctls", spec.sysctls());
    Json.putTexts(node, "CapabilityAdd", spec.privileges().capabilitiesAdd());
    Json.putTexts(node, "CapabilityDrop", spec.privileges().capabilitiesDrop());
    if (!spec.ulimits().isEmpty()) {
      node.set(
          "Ulimits",
          Json.list(
              spec.ulimits(),
              limit ->
                  Json.object()
                      .put("Name", limit.name())
                      .put("Hard", limit.hard())
                      .put("Soft", limit.soft())));
    }
    return node;
  }

  static List<String> environment(Map<String, String> env) {
    List<String> entries = new ArrayList<>();
    env.forEach((name, value) -> entries.add(name + "=" + value));
    return entries;
  }

  private static void writeReferences(ObjectNode node, ContainerSpec spec, State state) {
    if (!spec.secrets().isEmpty()) {
      node.set("Secrets", Json.list(spec.secrets(), secret -> secret(secret, state)));
    }
    if (!spec.configs().isEmpty()) {
      node.set("Configs", Json.list(spec.configs(), config -> config(config, state)));
    }
  }

  private static ObjectNode secret(SecretReference reference, State state) {
    var secret = VersionedNames.secret(state, reference.secret());
    return reference(
        "Secret",
        reference.file(),
        secret == null ? "" : secret.id().toString(),
        secret == null ? reference.secret() : secret.spec().name());
  }

  private static ObjectNode config(ConfigReference reference, State state) {
    var config = VersionedNames.config(state, reference.config());
    return reference(
        "Config",
        reference.file(),
        config == null ? "" : config.id().toString(),
        config == null ? reference.config() : config.spec().name());
  }

  private static ObjectNode reference(String kind, FileTarget file, String id, String name) {
    ObjectNode node = Json.object();
    node.putObject("File")
        .put("Name", file.name())
        .put("UID", file.uid())
        .put("GID", file.gid())
        .put("Mode", file.mode());
    return node.put(kind + "ID", id).put(kind + "Name", name);
  }
}
