package io.swarm4j.process;

import io.swarm4j.agent.ImageNames;
import io.swarm4j.model.Check;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.HealthCheck;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commands by image name. Immutable.
 *
 * <p>{@code web} and {@code web:latest} are the same image; any other tag is an image of its own.
 */
public final class ProcessImages {
  /** The image whose command stands in the service. */
  public static final String DIRECT = "process";

  /** Nothing but {@link #DIRECT}. */
  public static final ProcessImages NONE = builder().build();

  private final Map<String, Entry> entries;

  private ProcessImages(Map<String, Entry> entries) {
    this.entries = Collections.unmodifiableMap(new TreeMap<>(entries));
  }

  /** Starts from {@link #NONE}. */
  public static Builder builder() {
    return new Builder();
  }

  /** The registered names, with their tags, in order. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  @Nullable Entry find(String reference) {
    return entries.get(ImageNames.normalized(reference));
  }

  /** One image; a direct one has no command. */
  record Entry(
      List<String> command,
      List<String> args,
      Map<String, String> env,
      @Nullable String workingDir,
      List<Integer> ports,
      @Nullable String stopSignal,
      Optional<HealthCheck> health) {}

  /** Collects images. */
  public static final class Builder {
    private final Map<String, Entry> entries = new TreeMap<>();

    private Builder() {
      alias(DIRECT);
    }

    /** Registers a further name for the image whose command stands in the service. */
    public Builder alias(String name) {
      return add(name, new ImageBuilder(List.of()));
    }

    /**
     * Registers a command under an image name.
     *
     * @throws io.swarm4j.model.InvalidSpecException if the name is malformed or taken
     */
    public Builder image(String name, String... command) {
      return image(name, List.of(command), image -> {});
    }

    /**
     * Registers a command under an image name.
     *
     * @param command the program and its first arguments
     * @param more adds environment, ports and the like
     * @throws io.swarm4j.model.InvalidSpecException if the name is malformed or taken
     */
    public Builder image(String name, List<String> command, Consumer<ImageBuilder> more) {
      Check.of("ProcessImages")
          .that(!command.isEmpty(), Fault.Code.MISSING, "command", command, "a command")
          .orThrow();
      ImageBuilder image = new ImageBuilder(command);
      more.accept(image);
      return add(name, image);
    }

    private Builder add(String name, ImageBuilder image) {
      ContainerSpec.of(name); // refuses what no service could refer to
      Entry before = entries.putIfAbsent(ImageNames.normalized(name), image.build());
      Check.of("ProcessImages")
          .that(before == null, Fault.Code.DUPLICATE, "image", name, "each image once")
          .orThrow();
      return this;
    }

    /** What was registered so far. */
    public ProcessImages build() {
      return new ProcessImages(entries);
    }
  }

  /** What an image brings along besides its command. */
  public static final class ImageBuilder {
    private final List<String> command;
    private final Map<String, String> env = new TreeMap<>();
    private final TreeSet<Integer> ports = new TreeSet<>();
    private List<String> args = List.of();
    private @Nullable String workingDir;
    private @Nullable String stopSignal;
    private @Nullable HealthCheck health;

    private ImageBuilder(List<String> command) {
      this.command = List.copyOf(command);
    }

    /** Arguments of services that give none. */
    public ImageBuilder args(String... defaults) {
      args = List.of(defaults);
      return this;
    }

    /** A variable of services that do not set it. */
    public ImageBuilder env(String name, String value) {
      env.put(name, value);
      return this;
    }

    /** Working directory of services that name none. */
    public ImageBuilder workingDir(String path) {
      workingDir = path;
      return this;
    }

    /** Declares TCP ports that the program listens on. */
    public ImageBuilder expose(int... tcpPorts) {
      for (int port : tcpPorts) {
        ports.add(port);
      }
      return this;
    }

    /** The signal that asks the program to end; SIGTERM unless set. */
    public ImageBuilder stopSignal(String signal) {
      stopSignal = signal;
      return this;
    }

    /** The health check of services that say nothing about health. */
    public ImageBuilder health(HealthCheck check) {
      health = check;
      return this;
    }

    private Entry build() {
      return new Entry(
          command,
          args,
          Collections.unmodifiableMap(new TreeMap<>(env)),
          workingDir,
          List.copyOf(ports),
          stopSignal,
          Optional.ofNullable(health));
    }
  }
}
