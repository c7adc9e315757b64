package io.swarm4j.compose;

import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A compose file was refused; carries every fault that was found, in the order of the file.
 *
 * <p>Its message has one line per fault, such as {@code company.yml:12:7: services.web.replica:
 * unknown key; did you mean deploy.replicas?}.
 */
public final class ComposeException extends InvalidSpecException {
  private static final long serialVersionUID = 1L;

  private final transient List<ComposeFault> located;
  private final transient @Nullable Stack rest;
  private final transient List<String> refused;
  private final String lines;

  /** Of a file that was not read to its end. */
  ComposeException(List<ComposeFault> faults) {
    this(faults, null, List.of());
  }

  /**
   * Of a file in which something is wrong.
   *
   * @param rest what is right
   * @param refused names in the swarm of the services of which nothing is part of the rest
   */
  ComposeException(List<ComposeFault> faults, @Nullable Stack rest, List<String> refused) {
    this(faults, List.of(), rest, refused);
  }

  private ComposeException(
      List<ComposeFault> faults, List<Fault> more, @Nullable Stack rest, List<String> refused) {
    super(Stream.concat(faults.stream().map(ComposeFault::toFault), more.stream()).toList());
    this.located = List.copyOf(faults);
    this.rest = rest;
    this.refused = List.copyOf(refused);
    this.lines =
        Stream.concat(faults.stream(), more.stream())
            .map(Object::toString)
            .collect(Collectors.joining("\n"));
  }

  /** The same with what a swarm has found wrong with the rest of the file. */
  public ComposeException with(List<Fault> more) {
    return new ComposeException(located, more, rest, refused);
  }

  /**
   * What is right in the file, for a swarm to look at; it is not fit to be deployed. Empty if the
   * file was not read to its end.
   */
  public Optional<Stack> rest() {
    return Optional.ofNullable(rest);
  }

  /** Names in the swarm of the services of which nothing is part of {@link #rest}. */
  public List<String> refusedServices() {
    return refused;
  }

  /** All faults with their places; never empty. */
  public List<ComposeFault> composeFaults() {
    return located;
  }

  @Override
  public String getMessage() {
    return lines;
  }
}
