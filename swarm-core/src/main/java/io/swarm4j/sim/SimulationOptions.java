package io.swarm4j.sim;

import io.swarm4j.model.Check;
import io.swarm4j.model.ClusterSpec;
import io.swarm4j.model.Resources;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What a simulated swarm consists of, and what it follows from. Immutable. */
public final class SimulationOptions {
  /** Changes of one entry of a replicated log, as the reference has it. */
  public static final int DEFAULT_ENTRY_SIZE = 200;

  private static final int DEFAULT_KEPT_TRACE = 200;

  private final SimulatedParts parts;
  private final long seed;
  private final int managers;
  private final int workers;
  private final ClusterSpec cluster;
  private final Map<String, SimulatedImage> images;
  private final Resources nodeResources;
  private final int fullEntrySize;
  private final int keptTrace;
  private final boolean supervised;

  private SimulationOptions(Builder from) {
    this.parts = from.parts;
    this.seed = from.seed;
    this.managers = from.managers;
    this.workers = from.workers;
    this.cluster = from.cluster;
    this.images = Map.copyOf(from.images);
    this.nodeResources = from.nodeResources;
    this.fullEntrySize = from.fullEntrySize;
    this.keptTrace = from.keptTrace;
    this.supervised = from.supervised;
  }

  /** Starts to describe a swarm of one manager that follows from seed 1. */
  public static Builder of(SimulatedParts parts) {
    return new Builder(parts);
  }

  SimulatedParts parts() {
    return parts;
  }

  public long seed() {
    return seed;
  }

  /** m1, m2, …. */
  public List<String> managerNames() {
    return names("m", managers);
  }

  /** w1, w2, …. */
  public List<String> workerNames() {
    return names("w", workers);
  }

  private static List<String> names(String prefix, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(number -> prefix + number).toList();
  }

  ClusterSpec cluster() {
    return cluster;
  }

  Map<String, SimulatedImage> images() {
    return images;
  }

  Resources nodeResources() {
    return nodeResources;
  }

  int fullEntrySize() {
    return fullEntrySize;
  }

  int keptTrace() {
    return keptTrace;
  }

  boolean supervised() {
    return supervised;
  }

  /** Describes a simulated swarm. Not thread-safe. */
  public static final class Builder {
    private final SimulatedParts parts;
    private long seed = 1;
    private int managers = 1;
    private int workers;
    private ClusterSpec cluster = ClusterSpec.DEFAULT;
    private final Map<String, SimulatedImage> images = new LinkedHashMap<>();
    private Resources nodeResources = Resources.of(4, 16L << 30);
    private int fullEntrySize = DEFAULT_ENTRY_SIZE;
    private int keptTrace = DEFAULT_KEPT_TRACE;
    private boolean supervised = true;

    private Builder(SimulatedParts parts) {
      this.parts = parts;
    }

    /** From which all chance follows. */
    public Builder seed(long newSeed) {
      seed = newSeed;
      return this;
    }

    /** Number of managers, m1, m2, …; they run tasks, too. */
    public Builder managers(int count) {
      managers = count;
      return this;
    }

    /** Number of workers, w1, w2, …. */
    public Builder workers(int count) {
      workers = count;
      return this;
    }

    /** Settings of the swarm. */
    public Builder cluster(ClusterSpec spec) {
      cluster = spec;
      return this;
    }

    /** How tasks of an image behave; all others do everything at once and run for ever. */
    public Builder image(String image, SimulatedImage behaviour) {
      images.put(image, behaviour);
      return this;
    }

    /** What each node says that it has. */
    public Builder nodeResources(Resources resources) {
      nodeResources = resources;
      return this;
    }

    /** Changes from which an entry of the log is full. */
    public Builder fullEntrySize(int changes) {
      fullEntrySize = changes;
      return this;
    }

    /** Newest lines of the trace that are kept. */
    public Builder keptTrace(int lines) {
      keptTrace = lines;
      return this;
    }

    /** Whether invariants are checked after each step; true unless set. */
    public Builder supervised(boolean checked) {
      supervised = checked;
      return this;
    }

    /**
     * The description.
     *
     * @throws io.swarm4j.model.InvalidSpecException if it makes no sense
     */
    public SimulationOptions build() {
      Check.of("SimulationOptions")
          .that(managers >= 1, "managers", managers, "1 or more")
          .that(workers >= 0, "workers", workers, "0 or more")
          .that(fullEntrySize >= 1, "fullEntrySize", fullEntrySize, "1 or more")
          .that(keptTrace >= 0, "keptTrace", keptTrace, "0 or more")
          .orThrow();
      return new SimulationOptions(this);
    }
  }
}
