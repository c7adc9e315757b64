package io.swarm4j.compose;

import io.swarm4j.model.InvalidSpecException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A compose file was refused; carries every fault that was found, in the order of the file.
 *
 * <p>Its message has one line per fault, such as {@code company.yml:12:7: services.web.replica:
 * unknown key; did you mean deploy.replicas?}.
 */
public final class ComposeException extends InvalidSpecException {
  private static final long serialVersionUID = 1L;

  private final transient List<ComposeFault> located;
  private final String lines;

  ComposeException(List<ComposeFault> faults) {
    super(faults.stream().map(ComposeFault::toFault).toList());
    located = List.copyOf(faults);
    lines = faults.stream().map(ComposeFault::toString).collect(Collectors.joining("\n"));
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
