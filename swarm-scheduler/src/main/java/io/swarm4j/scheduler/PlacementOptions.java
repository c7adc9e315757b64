package io.swarm4j.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How tasks are placed: strategy, further filters and scorers. Immutable. */
public final class PlacementOptions {

  /** As the reference does: spread, built-in filters only. */
  public static final PlacementOptions DEFAULT = builder().build();

  private static final int MOST_EXTENSIONS = 32;

  private final Strategy strategy;
  private final List<Filter> filters;
  private final List<WeightedScorer> scorers;
  private final ClusterVolumes volumes;
  private final @Nullable Long seed;

  private PlacementOptions(Builder builder) {
    this.strategy = builder.strategy;
    this.filters = List.copyOf(builder.filters);
    this.scorers = List.copyOf(builder.scorers);
    this.volumes = builder.volumes;
    this.seed = builder.seed;
  }

  /** A scorer and how much its opinion counts. */
  public record WeightedScorer(Scorer scorer, double weight) {}

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Which node comes first. */
  public Strategy strategy() {
    return strategy;
  }

  /** Filters beyond the built-in ones, in the order in which they are asked. */
  public List<Filter> filters() {
    return filters;
  }

  /** Opinions that count before the strategy does. */
  public List<WeightedScorer> scorers() {
    return scorers;
  }

  /** What is known of cluster volumes. */
  public ClusterVolumes volumes() {
    return volumes;
  }

  /** What decides between nodes that are equal otherwise; if empty, the cluster's id does. */
  public OptionalLong seed() {
    return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
  }

  /** Collects options. */
  public static final class Builder {
    private final List<Filter> filters = new ArrayList<>();
    private final List<WeightedScorer> scorers = new ArrayList<>();
    private Strategy strategy = Strategy.SPREAD;
    private ClusterVolumes volumes = ClusterVolumes.NONE;
    private @Nullable Long seed;

    private Builder() {}

    /** {@link Strategy#SPREAD} unless set. */
    public Builder strategy(Strategy newStrategy) {
      strategy = newStrategy;
      return this;
    }

    /** Adds a filter. */
    public Builder filter(Filter filter) {
      filters.add(filter);
      return this;
    }

    /**
     * Adds a scorer.
     *
     * @param weight factor of its scores; negative turns its opinion round
     */
    public Builder scorer(Scorer scorer, double weight) {
      scorers.add(new WeightedScorer(scorer, weight));
      return this;
    }

    /** Where cluster volumes are; without it no node can mount any. */
    public Builder volumes(ClusterVolumes newVolumes) {
      volumes = newVolumes;
      return this;
    }

    /** Decides between nodes that are equal otherwise; the same seed gives the same placement. */
    public Builder seed(long newSeed) {
      seed = newSeed;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if two filters have the same name, a weight is not finite,
     *     or there are more than 32 filters or scorers
     */
    public PlacementOptions build() {
      Set<String> names = new LinkedHashSet<>();
      for (Filter filter : filters) {
        if (!names.add(filter.name())) {
          throw new IllegalArgumentException(
              "two filters are named '" + filter.name() + "'; give each a name of its own");
        }
      }
      for (WeightedScorer scorer : scorers) {
        if (!Double.isFinite(scorer.weight())) {
          throw new IllegalArgumentException(
              "the weight of scorer '"
                  + scorer.scorer().name()
                  + "' is "
                  + scorer.weight()
                  + "; it must be a finite number");
        }
      }
      if (filters.size() > MOST_EXTENSIONS || scorers.size() > MOST_EXTENSIONS) {
        throw new IllegalArgumentException(
            filters.size()
                + " filters and "
                + scorers.size()
                + " scorers were given; at most "
                + MOST_EXTENSIONS
                + " of each are possible");
      }
      return new PlacementOptions(this);
    }
  }
}
