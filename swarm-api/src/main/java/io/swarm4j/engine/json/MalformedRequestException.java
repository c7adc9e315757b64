package io.swarm4j.engine.json;

import io.swarm4j.model.Fault;
import io.swarm4j.model.InvalidSpecException;
import java.util.List;

/** A request that is not what the Engine API defines, or asks for what is not supported. */
public final class MalformedRequestException extends InvalidSpecException {
  private static final long serialVersionUID = 1L;

  /** A refusal that names each faulty place. */
  public MalformedRequestException(List<Fault> faults) {
    super(faults);
  }
}
