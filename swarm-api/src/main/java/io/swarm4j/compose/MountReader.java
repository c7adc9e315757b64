package io.swarm4j.compose;

import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Mount.MountType;
import io.swarm4j.model.MountBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads {@code volumes} of a service in short and long form, and {@code tmpfs}. */
final class MountReader {
  static final Vocabulary BIND =
      Vocabulary.of("propagation")
          .refuse("create_host_path", "the host path must exist on the node; remove the key")
          .refuse("selinux", "SELinux labels are not supported; remove the key");
  static final Vocabulary VOLUME =
      Vocabulary.of("nocopy")
          .refuse("subpath", "a part of a volume cannot be mounted; mount the volume itself");
  static final Vocabulary TMPFS = Vocabulary.of("size", "mode");
  static final Vocabulary LONG =
      Vocabulary.of(
              "type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs")
          .section("bind", BIND)
          .section("volume", VOLUME)
          .section("tmpfs", TMPFS);
  private static final Map<String, MountType> TYPES =
      Map.of(
          "bind", MountType.BIND,
          "volume", MountType.VOLUME,
          "tmpfs", MountType.TMPFS,
          "npipe", MountType.NPIPE,
          "cluster", MountType.CLUSTER);
  private static final Set<String> PROPAGATIONS =
      Set.of("shared", "rshared", "slave", "rslave", "private", "rprivate");
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("z", "Z", "cached", "delegated", "consistent");

  private final Definitions definitions;

  MountReader(Definitions definitions) {
    this.definitions = definitions;
  }

  List<Placed<Mount>> read(Fields service) {
    List<Placed<Mount>> mounts = new ArrayList<>();
    for (Value item : service.list("volumes")) {
      MountBuilder builder = item.isMapping() ? longForm(item) : shortForm(item);
      if (builder != null) {
        add(mounts, builder, item);
      }
    }
    Value tmpfs = service.get("tmpfs");
    if (tmpfs != null) {
      for (Value item : tmpfs.listOrOne()) {
        MountBuilder builder = tmpfs(item);
        if (builder != null) {
          add(mounts, builder, item);
        }
      }
    }
    return mounts;
  }

  private static void add(List<Placed<Mount>> mounts, MountBuilder builder, Value item) {
    String target = builder.target();
    if (target != null && !target.startsWith("/") && !target.startsWith("{{")) {
      item.fault(
          Code.INVALID,
          target,
          "target '" + Value.shorten(target) + "' is no absolute path; begin it with /");
      return;
    }
    Mount mount = item.reading().build(Origins.at(item), builder::build);
    if (mount != null) {
      mounts.add(new Placed<>(mount, item));
    }
  }

  private @Nullable MountBuilder shortForm(Value item) {
    String text = item.text();
    if (text == null) {
      return null;
    }
    String[] parts = text.split(":", -1);
    if (parts.length > 3 || List.of(parts).contains("")) {
      item.fault(
          Code.INVALID,
          text,
          "'" + Value.shorten(text) + "' is no mount; write [source:]target[:options]");
      return null;
    }
    MountBuilder builder = MountBuilder.builder().type(MountType.VOLUME);
    builder.target(parts.length == 1 ? parts[0] : parts[1]);
    if (parts.length == 3) {
      options(item, parts[2], builder);
    }
    if (parts.length > 1) {
      String source = parts[0];
      if (source.startsWith("/") || source.startsWith(".") || source.startsWith("~")) {
        builder.type(MountType.BIND);
        hostPath(item, source, builder);
      } else if (!named(item, source, builder)) {
        return null;
      }
    }
    return builder;
  }

  private static void options(Value item, String options, MountBuilder builder) {
    for (String option : options.split(",", -1)) {
      if (PROPAGATIONS.contains(option)) {
        builder.propagation(option);
      } else if (option.equals("ro")) {
        builder.readOnly(true);
      } else if (option.equals("nocopy")) {
        builder.noCopy(true);
      } else if (WITHOUT_EFFECT.contains(option)) {
        item.warn("mount option '" + option + "' has no effect in a swarm");
      } else if (!option.equals("rw")) {
        item.fault(
            Code.INVALID,
            option,
            "mount option '"
                + Value.shorten(option)
                + "' is not known; write ro, rw, nocopy or a propagation such as rshared");
      }
    }
  }

  private static void hostPath(Value item, String source, MountBuilder builder) {
    if (source.startsWith("/")) {
      builder.source(source);
      return;
    }
    Reading reading = item.reading();
    try {
      Path path = reading.files().resolve(source, reading.variables());
      builder.source(path.toString());
    } catch (IllegalArgumentException refused) {
      item.fault(Code.INVALID, source, "'" + Value.shorten(source) + "' " + refused.getMessage());
    }
  }

  private boolean named(Value item, String key, MountBuilder builder) {
    Definition<VolumeReader.Settings> volume =
        definitions.use(
            definitions.volumes(),
            "volume",
            key,
            item,
            "add 'volumes: {" + Value.shorten(key) + ": }', or begin a host path with / or ./");
    if (volume == null) {
      return false;
    }
    builder.source(volume.name());
    VolumeReader.Settings settings = volume.spec();
    if (settings != null) {
      builder.driverOptions(settings.options()).labels(settings.labels());
      Optional.ofNullable(settings.driver()).ifPresent(builder::driver);
    }
    return true;
  }

  private @Nullable MountBuilder longForm(Value item) {
    Fields fields = Fields.of(item, LONG);
    fields.required("type", "write bind, volume or tmpfs");
    MountType type = fields.map("type", value -> value.oneOf(TYPES));
    String target = fields.required("target", "write an absolute path inside the task");
    String source = fields.text("source");
    MountBuilder builder = MountBuilder.builder().readOnly(fields.bool("read_only"));
    if (fields.has("consistency")) {
      fields.at("consistency").warn("consistency has no effect in a swarm");
    }
    Fields bind = fields.child("bind", BIND);
    bind.ifPresent("propagation", value -> value.oneOf(identity()), builder::propagation);
    builder.noCopy(fields.child("volume", VOLUME).bool("nocopy"));
    Fields tmpfs = fields.child("tmpfs", TMPFS);
    tmpfs.ifPresent("size", value -> value.parse(Quantities::bytes), builder::tmpfsBytes);
    tmpfs.ifPresent("mode", GrantReader::mode, builder::tmpfsMode);
    if (type == null || target == null) {
      return null;
    }
    String own = type.name().toLowerCase(Locale.ROOT);
    for (Value foreign :
        fields.others("type", "source", "target", "read_only", "consistency", own)) {
      foreign.fault(
          Code.CONTRADICTION, "", "does not belong to a mount of type " + own + "; remove it");
    }
    builder.type(type).target(target);
    if (source == null) {
      return builder;
    }
    if (type == MountType.VOLUME) {
      return named(fields.at("source"), source, builder) ? builder : null;
    }
    if (type == MountType.BIND) {
      hostPath(fields.at("source"), source, builder);
    } else {
      builder.source(source);
    }
    return builder;
  }

  private static Map<String, String> identity() {
    Map<String, String> words = new TreeMap<>();
    PROPAGATIONS.forEach(word -> words.put(word, word));
    return words;
  }

  /** {@code /run} or {@code /run:size=64m,mode=1777}. */
  private static @Nullable MountBuilder tmpfs(Value item) {
    return item.parse(
        text -> {
          int colon = text.indexOf(':');
          MountBuilder builder =
              MountBuilder.builder()
                  .type(MountType.TMPFS)
                  .target(colon < 0 ? text : text.substring(0, colon));
          String options = colon < 0 ? "" : text.substring(colon + 1);
          for (String option : options.isEmpty() ? new String[0] : options.split(",", -1)) {
            if (option.startsWith("size=")) {
              builder.tmpfsBytes(Quantities.bytes(option.substring("size=".length())));
            } else if (option.startsWith("mode=")) {
              builder.tmpfsMode(Quantities.mode("0" + option.substring("mode=".length())));
            } else if (option.equals("ro")) {
              builder.readOnly(true);
            } else if (!option.equals("rw")) {
              throw new IllegalArgumentException(
                  "has an unknown option; write size=64m, mode=1777, ro or rw");
            }
          }
          return builder;
        });
  }
}
