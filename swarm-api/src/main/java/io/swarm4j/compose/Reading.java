package io.swarm4j.compose;

import io.swarm4j.model.Fault;
import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.InvalidSpecException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run over one file: collects faults and warnings, knows the variables, and bounds what the
 * file may produce.
 */
final class Reading {
  private final ComposeOptions options;
  private final Files files;
  private final Map<String, String> variables;
  private final Set<ComposeFault> faults = new LinkedHashSet<>();
  private final Set<String> faultyPaths = new LinkedHashSet<>();
  private final Set<Warning> warnings = new LinkedHashSet<>();
  private long produced;

  Reading(ComposeOptions options, Files files, Map<String, String> dotEnv) {
    this.options = options;
    this.files = files;
    Map<String, String> merged = new TreeMap<>(dotEnv);
    merged.putAll(options.environment());
    variables = Collections.unmodifiableMap(merged);
  }

  ComposeOptions options() {
    return options;
  }

  Files files() {
    return files;
  }

  /** Variables for interpolation. */
  Map<String, String> variables() {
    return variables;
  }

  /** Records a fault; ends the run when there are too many. */
  void fault(ComposeFault fault) {
    faults.add(fault);
    faultyPaths.add(fault.path());
    if (faults.size() >= Limits.REPORTS) {
      throw exception();
    }
  }

  /** Records a warning; those beyond the bound are dropped. */
  void warn(Mark mark, String path, String message) {
    if (warnings.size() < Limits.REPORTS) {
      warnings.add(new Warning(mark, path, message));
    }
  }

  /** Records a key that is not supported: a fault, or a warning where the caller is lenient. */
  void unsupported(Mark mark, Code code, String path, String key, String message) {
    if (options.lenient()) {
      warn(mark, path, "dropped: " + message);
    } else {
      fault(new ComposeFault(mark, code, path, key, message));
    }
  }

  /** Counts generated objects against the bound. */
  void spend(Value at, long objects) {
    produced += objects;
    if (produced > Limits.PRODUCED) {
      at.fault(Code.INVALID, "", "the file produces more than can be handled; write out less");
      throw exception();
    }
  }

  /** Puts the values of variables into a scalar; a fault and null if it is malformed. */
  @Nullable String interpolate(Value at, String raw) {
    try {
      String text =
          Interpolation.apply(
              raw,
              variables,
              unset ->
                  warn(
                      at.mark(),
                      at.path(),
                      "variable " + unset + " is not set; the empty string stands for it"));
      if (!text.equals(raw)) {
        spend(at, text.length());
      }
      return text;
    } catch (IllegalArgumentException malformed) {
      at.fault(Code.INVALID, raw, "'" + Value.shorten(raw) + "': " + malformed.getMessage());
      return null;
    }
  }

  /**
   * Builds a spec, and reports what the model refuses at the places in {@code origins}.
   *
   * @return null if it was refused
   */
  <T> @Nullable T build(Origins origins, Supplier<T> supplier) {
    try {
      return supplier.get();
    } catch (InvalidSpecException refused) {
      refused.faults().forEach(fault -> report(origins, fault));
      return null;
    }
  }

  private void report(Origins origins, Fault fault) {
    Value at = origins.of(fault.path());
    if (origins.isWhole(at) ? faultyPaths.contains(at.path()) : isFaulty(at.path())) {
      return; // the model only repeats what the reader has said more clearly
    }
    String value = "'" + Value.shorten(fault.value()) + "'" + at.written(fault.value());
    String message =
        switch (fault.code()) {
          case MISSING -> "a value is missing" + at.written("") + "; write " + fault.accepted();
          case DUPLICATE -> value + " stands twice; write " + fault.accepted();
          case CONTRADICTION -> "does not fit the rest of the file; write " + fault.accepted();
          default -> value + " is refused; write " + fault.accepted();
        };
    at.fault(fault.code(), fault.value(), message);
  }

  /** Whether a fault was found at a path or below it. */
  boolean isFaulty(String path) {
    return faultyPaths.stream()
        .anyMatch(
            faulty ->
                faulty.equals(path)
                    || faulty.startsWith(path + ".")
                    || faulty.startsWith(path + "["));
  }

  /** How many faults the run has found so far. */
  int faultCount() {
    return faults.size();
  }

  /** All faults in the order of the file, which was not read to its end. */
  private ComposeException exception() {
    return exception(null, List.of());
  }

  /** All faults in the order of the file; see {@link ComposeException} for what else it knows. */
  ComposeException exception(@Nullable Stack rest, List<String> refused) {
    List<ComposeFault> ordered = new ArrayList<>(faults);
    ordered.sort((a, b) -> a.mark().compareTo(b.mark()));
    return new ComposeException(ordered, rest, refused);
  }

  /** All warnings in the order of the file. */
  List<Warning> warnings() {
    List<Warning> ordered = new ArrayList<>(warnings);
    ordered.sort((a, b) -> a.mark().compareTo(b.mark()));
    return ordered;
  }
}
