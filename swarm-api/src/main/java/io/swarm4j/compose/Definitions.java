package io.swarm4j.compose;

import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.SecretSpec;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the file defines at top level beside services, and which of it services use.
 *
 * @param used definitions that a service has referred to, by identity
 */
record Definitions(
    Map<String, Definition<NetworkSpec>> networks,
    Map<String, Definition<VolumeReader.Settings>> volumes,
    Map<String, Definition<SecretSpec>> secrets,
    Map<String, Definition<ConfigSpec>> configs,
    Set<Definition<?>> used) {

  /** Key of the network of services that name none. */
  static final String DEFAULT_NETWORK = "default";

  static Definitions read(Fields file) {
    Map<String, Definition<NetworkSpec>> networks = new LinkedHashMap<>();
    Map<String, Definition<NetworkSpec>> named = section(file, "networks", NetworkReader::read);
    networks.put(DEFAULT_NETWORK, named.getOrDefault(DEFAULT_NETWORK, defaultNetwork(file)));
    networks.putAll(named);
    return new Definitions(
        networks,
        section(file, "volumes", VolumeReader::read),
        section(file, "secrets", PayloadReader::secret),
        section(file, "configs", PayloadReader::config),
        Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static <T> Map<String, Definition<T>> section(
      Fields file, String key, BiFunction<Value, String, Definition<T>> reader) {
    Map<String, Definition<T>> definitions = new LinkedHashMap<>();
    file.mapping(key).forEach((name, value) -> definitions.put(name, reader.apply(value, name)));
    return definitions;
  }

  private static Definition<NetworkSpec> defaultNetwork(Fields file) {
    Value section = file.section();
    Yaml nothing = new Yaml.Scalar(section.mark(), "", true);
    return NetworkReader.read(
        new Value(section.reading(), nothing, "networks." + DEFAULT_NETWORK), DEFAULT_NETWORK);
  }

  /**
   * The definition that a service refers to, which is used from now on; a fault and null if there
   * is none.
   *
   * @param hint what to write where it is missing
   */
  <T> @Nullable Definition<T> use(
      Map<String, Definition<T>> defined, String kind, String key, Value at, String hint) {
    Definition<T> found = defined.get(key);
    if (found == null) {
      String meant =
          Nearest.of(key, defined.keySet())
              .map(near -> "did you mean '" + near + "'? Otherwise ")
              .orElse("");
      at.fault(
          Code.UNKNOWN_REFERENCE,
          key,
          kind + " '" + Value.shorten(key) + "' is not defined at top level; " + meant + hint);
      return null;
    }
    used.add(found);
    return found;
  }
}
