package io.swarm4j.model;

import java.util.List;
import java.util.stream.Collectors;

/** A request was refused before anything was stored; carries every fault that was found. */
public class InvalidSpecException extends SwarmException {
  private static final long serialVersionUID = 1L;

  private final transient List<Fault> faults;

  public InvalidSpecException(List<Fault> faults) {
    super(describe(faults));
    this.faults = List.copyOf(faults);
  }

  /** All faults, in the order of the fields; never empty. */
  public List<Fault> faults() {
    return faults;
  }

  private static String describe(List<Fault> faults) {
    return faults.size() == 1
        ? faults.get(0).toString()
        : faults.size()
            + " faults: "
            + faults.stream().map(Fault::toString).collect(Collectors.joining("; "));
  }
}
