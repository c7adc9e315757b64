package io.swarm4j.agent.jvm;

import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.ImageNames;
import io.swarm4j.model.Check;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.HealthCheck;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Java code by image name. Immutable.
 *
 * <p>{@code web} and {@code web:latest} are the same image; any other tag is an image of its own. A
 * digest in a reference is ignored, and so are the prefixes {@code docker.io/} and {@code
 * library/}.
 */
public final class JvmImages {

  /** No images at all. */
  public static final JvmImages NONE = builder().build();

  private final Map<String, Entry> entries;

  private JvmImages(Map<String, Entry> entries) {
    this.entries = Collections.unmodifiableMap(new TreeMap<>(entries));
  }

  /** Starts from nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** The registered names, with their tags, in order. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /**
   * The probes of a container that its image could not answer, because it has no such command or
   * check. Nothing is said of an image that is not registered: its task will not start.
   *
   * @param callbacks checks that tasks of every image can name
   */
  List<Fault> unanswerable(ContainerSpec spec, Set<String> callbacks) {
    Entry entry = find(spec.image());
    return entry == null ? List.of() : new ProbeFaults(spec.image(), entry, callbacks).of(spec);
  }

  @Nullable Entry find(String reference) {
    return entries.get(ImageNames.normalized(reference));
  }

  /** One image. */
  record Entry(
      JvmImage code,
      List<Integer> ports,
      Map<String, JvmCommand> commands,
      Map<String, HealthCallback> callbacks,
      Set<String> ownChecks,
      Optional<HealthCheck> health) {}

  /** Collects images. */
  public static final class Builder {
    private final Map<String, Entry> entries = new TreeMap<>();

    private Builder() {}

    /** Registers {@code code} under an image name. */
    public Builder image(String name, JvmImage code) {
      return image(name, code, image -> {});
    }

    /**
     * Registers {@code code} under an image name.
     *
     * @param more adds ports, commands and health checks
     * @throws io.swarm4j.model.InvalidSpecException if the name is malformed or taken
     */
    public Builder image(String name, JvmImage code, Consumer<ImageBuilder> more) {
      ContainerSpec.of(name); // refuses what no service could refer to
      ImageBuilder image = new ImageBuilder();
      more.accept(image);
      register(ImageNames.normalized(name), image.build(code));
      return this;
    }

    /**
     * Registers all of {@code others} under the names that they have there.
     *
     * @throws io.swarm4j.model.InvalidSpecException if one of the names is taken
     */
    public Builder images(JvmImages others) {
      others.entries.forEach(this::register);
      return this;
    }

    private void register(String name, Entry entry) {
      Entry before = entries.putIfAbsent(name, entry);
      Check.of("JvmImages")
          .that(before == null, Fault.Code.DUPLICATE, "image", name, "each image once")
          .orThrow();
    }

    /** What was registered so far. */
    public JvmImages build() {
      return new JvmImages(entries);
    }
  }

  /** What an image brings along besides its code. */
  public static final class ImageBuilder {
    private final List<Integer> ports = new ArrayList<>();
    private final Map<String, JvmCommand> commands = new TreeMap<>();
    private final Map<String, HealthCallback> callbacks = new TreeMap<>();
    private final Set<String> ownChecks = new TreeSet<>();
    private @Nullable HealthCheck health;

    private ImageBuilder() {}

    /** Declares TCP ports that the code listens on. */
    public ImageBuilder expose(int... tcpPorts) {
      for (int port : tcpPorts) {
        ports.add(port);
      }
      return this;
    }

    /** Adds a command, as if it stood on the image's path. */
    public ImageBuilder command(String name, JvmCommand command) {
      commands.put(name, command);
      return this;
    }

    /** Adds a check that callback probes can name. */
    public ImageBuilder callback(String name, HealthCallback callback) {
      callbacks.put(name, callback);
      return this;
    }

    /**
     * Declares checks that the code registers itself by {@link JvmTask#health(String,
     * java.util.function.BooleanSupplier)}: services may name only what is known to exist.
     */
    public ImageBuilder ownChecks(String... names) {
      ownChecks.addAll(List.of(names));
      return this;
    }

    /** The health check of services that say nothing about health. */
    public ImageBuilder health(HealthCheck check) {
      health = check;
      return this;
    }

    private Entry build(JvmImage code) {
      return new Entry(
          code,
          List.copyOf(ports),
          Collections.unmodifiableMap(new TreeMap<>(commands)),
          Collections.unmodifiableMap(new TreeMap<>(callbacks)),
          Collections.unmodifiableSet(new TreeSet<>(ownChecks)),
          Optional.ofNullable(health));
    }
  }
}
