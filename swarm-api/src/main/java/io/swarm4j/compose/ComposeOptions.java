package io.swarm4j.compose;

import io.swarm4j.model.Check;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Names;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a compose file is read. Immutable. */
public final class ComposeOptions {
  private final String stackName;
  private final Map<String, String> environment;
  private final @Nullable Path directory;
  private final boolean lenient;

  private ComposeOptions(Builder builder) {
    stackName = builder.stackName;
    environment = Collections.unmodifiableMap(new TreeMap<>(builder.environment));
    directory = builder.directory;
    lenient = builder.lenient;
  }

  /**
   * A stack of that name, an empty environment, strict.
   *
   * @throws InvalidSpecException if the name is no DNS label
   */
  public static ComposeOptions of(String stackName) {
    return builder(stackName).build();
  }

  /** Starts from {@link #of}. */
  public static Builder builder(String stackName) {
    return new Builder(stackName);
  }

  /** Name of the stack, the prefix of all its names. */
  public String stackName() {
    return stackName;
  }

  /** Variables for interpolation; they win over those of the file {@code .env}. */
  public Map<String, String> environment() {
    return environment;
  }

  /** Folder that relative paths start from; empty for the folder of the compose file. */
  public Optional<Path> directory() {
    return Optional.ofNullable(directory);
  }

  /** Whether keys that are unknown or not supported are dropped with a warning. */
  public boolean lenient() {
    return lenient;
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private final String stackName;
    private Map<String, String> environment = Map.of();
    private @Nullable Path directory;
    private boolean lenient;

    private Builder(String stackName) {
      this.stackName = stackName;
    }

    /** Variables for interpolation, such as {@code System.getenv()}; none unless set. */
    public Builder environment(Map<String, String> variables) {
      environment = Map.copyOf(variables);
      return this;
    }

    /**
     * Folder that relative paths start from and where {@code .env} is looked for; the folder of the
     * compose file unless set.
     */
    public Builder directory(Path folder) {
      directory = folder;
      return this;
    }

    /** Whether unknown and unsupported keys are warnings instead of faults; no unless set. */
    public Builder lenient(boolean dropUnsupported) {
      lenient = dropUnsupported;
      return this;
    }

    /**
     * Ends building.
     *
     * @throws InvalidSpecException if the stack's name is no DNS label
     */
    public ComposeOptions build() {
      Names.dnsLabel(Check.of("ComposeOptions"), stackName, "stackName").orThrow();
      return new ComposeOptions(this);
    }
  }
}
