package io.swarm4j.compose;

import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.SecretReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code secrets} and {@code configs} of a service, in short and long form. */
final class GrantReader {
  static final Vocabulary LONG =
      Vocabulary.of("source", "target", "uid", "gid", "mode", ExtensionReader.ON_CHANGE);
  private static final String DECIMAL_THAT_LOOKS_OCTAL = "[1-7][0-7]{2,3}";

  private final Definitions definitions;

  GrantReader(Definitions definitions) {
    this.definitions = definitions;
  }

  List<Placed<SecretReference>> secrets(Fields service) {
    return read(service.list("secrets"), "secret", definitions.secrets(), SecretReference::new);
  }

  List<Placed<ConfigReference>> configs(Fields service) {
    return read(service.list("configs"), "config", definitions.configs(), ConfigReference::new);
  }

  /** Makes the reference to a secret or config. */
  private interface Maker<R> {
    R make(String name, FileTarget file, ChangePolicy onChange);
  }

  private <T, R> List<Placed<R>> read(
      List<Value> items, String kind, Map<String, Definition<T>> defined, Maker<R> maker) {
    List<Placed<R>> grants = new ArrayList<>();
    for (Value item : items) {
      Fields fields = item.isMapping() ? Fields.of(item, LONG) : null;
      String source =
          fields == null ? item.text() : fields.required("source", "write the name of a " + kind);
      if (source == null) {
        continue;
      }
      Definition<T> found =
          definitions.use(
              defined,
              kind,
              source,
              fields == null ? item : fields.at("source"),
              hint(item, kind, source));
      FileTarget file = fields == null ? file(item, source) : file(fields, source);
      ChangePolicy onChange = fields == null ? ChangePolicy.NONE : ExtensionReader.onChange(fields);
      if (found != null && file != null) {
        R grant =
            item.reading().build(Origins.at(item), () -> maker.make(found.name(), file, onChange));
        if (grant != null) {
          grants.add(new Placed<>(grant, item));
        }
      }
    }
    return grants;
  }

  /** Names of a stack carry its prefix, which is what surprises people who created the secret. */
  private static String hint(Value item, String kind, String source) {
    String stack = item.reading().options().stackName();
    return String.format(
        "add '%ss: {%s: {file: ...}}' for one that belongs to the stack and is then called %s, or"
            + " '%ss: {%s: {external: true}}' for one that exists as %s; the stack's name is put"
            + " before names that are not external",
        kind, source, stack + "_" + source, kind, source, source);
  }

  private static @Nullable FileTarget file(Value item, String source) {
    return item.reading().build(Origins.at(item), () -> FileTarget.of(source));
  }

  private static @Nullable FileTarget file(Fields fields, String source) {
    String target = fields.text("target");
    String uid = fields.text("uid");
    String gid = fields.text("gid");
    Integer mode = fields.map("mode", GrantReader::mode);
    Origins origins =
        Origins.at(fields.section())
            .put("name", fields.at(fields.has("target") ? "target" : "source"))
            .put("mode", fields.at("mode"));
    return fields
        .section()
        .reading()
        .build(
            origins,
            () ->
                new FileTarget(
                    target == null ? source : target,
                    uid == null ? "0" : uid,
                    gid == null ? "0" : gid,
                    mode == null ? FileTarget.DEFAULT_MODE : mode));
  }

  /** Permission bits; warns of a decimal number that was probably meant to be octal. */
  static @Nullable Integer mode(Value value) {
    return value.parse(
        text -> {
          int mode = Quantities.mode(text);
          if (text.matches(DECIMAL_THAT_LOOKS_OCTAL)) {
            value.warn(
                String.format(
                    "%s is decimal, that is %04o in octal; write 0%s if you mean the permissions",
                    text, mode, text));
          }
          return mode;
        });
  }
}
