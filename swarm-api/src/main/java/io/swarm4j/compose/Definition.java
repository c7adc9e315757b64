package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A network, volume, secret or config that the file defines at top level.
 *
 * @param name its name in the swarm
 * @param external whether it belongs to somebody else and must exist
 * @param mark where it is defined
 * @param spec what is wanted of it; null if it is external or was refused
 */
record Definition<T>(String name, boolean external, Mark mark, @Nullable T spec) {

  /** Name in the swarm, and whether the stack owns what it names. */
  record Naming(String name, boolean external) {}

  /**
   * Reads {@code external} and {@code name}: what the stack owns gets its prefix unless {@code
   * name} says otherwise, what is external keeps its name and takes no other settings.
   */
  static Naming naming(Fields fields, String key, String kind) {
    String name = fields.text("name");
    boolean external = false;
    Value marked = fields.get("external");
    if (marked != null && marked.isMapping()) {
      external = true;
      String old = Fields.of(marked, Vocabulary.of("name")).text("name");
      if (old != null) {
        marked.warn("'external: {name: ...}' is an old form; write 'external: true' and 'name'");
        name = name == null ? old : name;
      }
    } else if (marked != null) {
      external = Boolean.TRUE.equals(marked.bool());
    }
    if (name != null && name.isBlank()) {
      fields.at("name").fault(Code.MISSING, name, "the name is empty; write one or remove the key");
      name = null;
    }
    if (external) {
      for (Value other : fields.others("external", "name")) {
        other.fault(
            Code.CONTRADICTION,
            "",
            "an external " + kind + " takes no settings but its name; remove this key");
      }
    }
    Reading reading = fields.section().reading();
    String prefixed = reading.options().stackName() + "_" + key;
    return new Naming(Optional.ofNullable(name).orElse(external ? key : prefixed), external);
  }

  /** The labels of the section and the one that names the stack. */
  static Map<String, String> labels(Fields fields) {
    Map<String, String> labels = new TreeMap<>(fields.textMap("labels"));
    labels.put(Stack.NAMESPACE_LABEL, fields.section().reading().options().stackName());
    return labels;
  }
}
