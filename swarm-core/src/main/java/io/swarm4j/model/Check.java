package io.swarm4j.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects the faults of one value under construction, so that all of them are reported together.
 */
public final class Check {
  /** Longest duration that fits the nanosecond fields of the Engine API, about 292 years. */
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private final String type;
  private final List<Fault> faults = new ArrayList<>();

  private Check(String type) {
    this.type = type;
  }

  /** Starts a check whose fault paths begin with {@code type}. */
  public static Check of(String type) {
    return new Check(type);
  }

  /** Records a fault unless {@code ok}. */
  public Check that(boolean ok, String component, @Nullable Object value, String accepted) {
    return that(ok, Fault.Code.INVALID, component, value, accepted);
  }

  /** Records a fault of the given kind unless {@code ok}. */
  public Check that(
      boolean ok, Fault.Code code, String component, @Nullable Object value, String accepted) {
    if (!ok) {
      faults.add(new Fault(code, component, String.valueOf(value), accepted).under(type));
    }
    return this;
  }

  /** Records a fault if {@code value} is null, which builders leave where a field was not set. */
  public Check present(@Nullable Object value, String component) {
    return that(value != null, Fault.Code.MISSING, component, "", "a value");
  }

  /** Durations are never negative and fit 64-bit nanoseconds. */
  public Check duration(@Nullable Duration value, String component) {
    return that(
        value == null || (!value.isNegative() && value.compareTo(LONGEST) <= 0),
        component,
        value,
        "a duration from 0 to 292 years");
  }

  /** Records a fault for each element whose key was seen before. */
  public <T> Check unique(List<T> values, Function<T, ?> key, String component) {
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < values.size(); i++) {
      Object k = key.apply(values.get(i));
      that(seen.add(k), Fault.Code.DUPLICATE, component + "[" + i + "]", k, "each value once");
    }
    return this;
  }

  /** Takes over faults found elsewhere, such as those of a reference check. */
  public Check addAll(List<Fault> more) {
    more.forEach(fault -> faults.add(fault.under(type)));
    return this;
  }

  /** What was found so far. */
  public List<Fault> faults() {
    return List.copyOf(faults);
  }

  /**
   * Ends the check.
   *
   * @throws InvalidSpecException if any fault was recorded
   */
  public void orThrow() {
    if (!faults.isEmpty()) {
      throw new InvalidSpecException(faults);
    }
  }
}
