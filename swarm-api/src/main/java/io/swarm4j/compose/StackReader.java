package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.orchestrator.DependencyCycle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Reads the top level of a compose file. */
final class StackReader {
  private static final String NEWEST = "3.13";
  private static final String BUNDLE =
      "distributed application bundles (DAB) were an experiment without a future; write a compose"
          + " file, with its keys in small letters";
  static final Vocabulary KEYS =
      Vocabulary.of("version", "services", "networks", "volumes", "secrets", "configs")
          .refuse("name", "the stack is named by whoever deploys it; remove the key")
          .refuse("include", "include is not supported; use one file for each stack")
          .refuse("Version", BUNDLE)
          .refuse("Services", BUNDLE);

  private StackReader() {}

  /**
   * Reads the whole file.
   *
   * @throws ComposeException with all faults, if there are any
   */
  static Stack read(Yaml root, Reading reading) {
    Fields file = Fields.of(new Value(reading, root, ""), KEYS);
    version(file);
    Definitions definitions = Definitions.read(file);
    Map<String, Value> sections = file.mapping("services");
    boolean mapping = file.section().isMapping();
    if (mapping && !file.has("services") && !file.has("secrets") && !file.has("configs")) {
      file.section()
          .fault(Code.MISSING, "", "'services' is missing; write at least one service under it");
    }
    ServiceReader reader = new ServiceReader(definitions, sections.keySet());
    List<ServiceSpec> services = new ArrayList<>();
    sections.forEach(
        (name, section) -> {
          ServiceSpec service = reader.read(section, name);
          if (service != null) {
            services.add(service);
          }
        });
    cycles(sections, reader.waits(), reading);
    unused(definitions, reading);
    Stack stack =
        new Stack(
            reading.options().stackName(),
            services,
            networks(definitions),
            definitions.secrets().values().stream()
                .map(Definition::spec)
                .filter(Objects::nonNull)
                .toList(),
            definitions.configs().values().stream()
                .map(Definition::spec)
                .filter(Objects::nonNull)
                .toList(),
            externals(definitions),
            reading.warnings());
    if (reading.faultCount() > 0) {
      throw reading.exception(stack, reader.refused());
    }
    return stack;
  }

  private static void version(Fields file) {
    String version = file.text("version");
    if (version != null && !version.matches("3(\\.([0-9]|1[0-3]))?")) {
      file.at("version")
          .fault(
              Code.UNSUPPORTED,
              version,
              "version "
                  + Value.shorten(version)
                  + " is not supported; write \"3\" to \""
                  + NEWEST
                  + "\" or remove the key, and move settings of version 2 such as mem_limit to"
                  + " deploy");
    }
  }

  /** Services that wait for each other would never start. */
  private static void cycles(
      Map<String, Value> sections, Map<String, List<String>> waits, Reading reading) {
    Set<String> done = new LinkedHashSet<>();
    for (String start : sections.keySet()) {
      List<String> cycle = DependencyCycle.from(start, waits, done);
      if (!cycle.isEmpty()) {
        Value at = sections.get(cycle.get(0));
        new Value(reading, Objects.requireNonNull(at).node(), at.mark(), at.under("depends_on"))
            .fault(
                Code.CONTRADICTION,
                "",
                "services wait for each other: " + String.join(" -> ", cycle) + "; remove one");
      }
    }
  }

  private static void unused(Definitions definitions, Reading reading) {
    definitions
        .networks()
        .forEach(
            (key, network) -> {
              boolean spoken = !key.equals(Definitions.DEFAULT_NETWORK);
              if (spoken && !definitions.used().contains(network)) {
                reading.warn(
                    network.mark(), "networks." + key, "no service uses it; it is not created");
              }
            });
  }

  private static List<NetworkSpec> networks(Definitions definitions) {
    return definitions.networks().values().stream()
        .filter(definitions.used()::contains)
        .map(Definition::spec)
        .filter(Objects::nonNull)
        .toList();
  }

  private static List<ExternalReference> externals(Definitions definitions) {
    List<ExternalReference> externals = new ArrayList<>();
    collect(
        externals, ExternalReference.Kind.NETWORK, definitions.networks().values(), definitions);
    collect(externals, ExternalReference.Kind.SECRET, definitions.secrets().values(), definitions);
    collect(externals, ExternalReference.Kind.CONFIG, definitions.configs().values(), definitions);
    return externals;
  }

  private static <T> void collect(
      List<ExternalReference> externals,
      ExternalReference.Kind kind,
      Collection<Definition<T>> defined,
      Definitions definitions) {
    Set<String> names = new HashSet<>();
    for (Definition<T> definition : defined) {
      if (definition.external()
          && definitions.used().contains(definition)
          && names.add(definition.name())) {
        externals.add(new ExternalReference(kind, definition.name(), definition.mark()));
      }
    }
  }
}
