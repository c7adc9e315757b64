package io.swarm4j.engine.json;

import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is found while a request is read: warnings and, where faults are collected, what is wrong
 * with its parts. Not thread-safe.
 */
final class ReadingNotes {
  private final List<String> warnings = new ArrayList<>();
  private final List<InvalidSpecException> refusals = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private boolean collecting;

  void warn(String text) {
    warnings.add(text);
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** From now on a part that is refused does not keep the others from being read. */
  void collect() {
    collecting = true;
  }

  /** A part of the request; null if it was refused and the others are to be read nevertheless. */
  <T> @Nullable T part(Supplier<T> reader) {
    int before = faults.size();
    try {
      return reader.get();
    } catch (InvalidSpecException refused) {
      if (!collecting) {
        throw refused;
      }
      add(refused, before);
      return null;
    }
  }

  /**
   * The whole request.
   *
   * @throws InvalidSpecException with all that was found
   */
  <T> T complete(Supplier<T> reader) {
    T whole = part(reader);
    if (faults.isEmpty()) {
      return Objects.requireNonNull(whole);
    }
    if (refusals.size() == 1) {
      throw refusals.get(0);
    }
    throw refusals.stream().allMatch(MalformedRequestException.class::isInstance)
        ? new MalformedRequestException(faults)
        : new InvalidSpecException(faults);
  }

  /** What is missing where parts of it were refused is missing for that reason. */
  private void add(InvalidSpecException refused, int before) {
    List<Fault> news =
        refused.faults().stream()
            .filter(fault -> faults.size() == before || fault.code() != Fault.Code.MISSING)
            .toList();
    if (!news.isEmpty()) {
      refusals.add(refused);
      faults.addAll(news);
    }
  }
}
