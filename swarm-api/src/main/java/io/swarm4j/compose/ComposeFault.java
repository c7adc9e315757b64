package io.swarm4j.compose;

import io.swarm4j.model.Fault;

/**
 * One thing that is wrong with a compose file.
 *
 * @param mark where it stands
 * @param code what kind of mistake it is
 * @param path the key, such as {@code services.web.ports[1]}; empty for the file as a whole
 * @param value the text that was refused; empty where it is a whole section
 * @param message what is wrong, and the remedy
 */
public record ComposeFault(Mark mark, Fault.Code code, String path, String value, String message) {

  /** The same without its place. */
  public Fault toFault() {
    return new Fault(code, path, value, message);
  }

  @Override
  public String toString() {
    return mark + ": " + (path.isEmpty() ? "" : path + ": ") + message;
  }
}
