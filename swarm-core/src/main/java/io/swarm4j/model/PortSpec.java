package io.swarm4j.model;

import java.util.List;

/**
 * A published port.
 *
 * @param name free text, may be empty
 * @param protocol transport protocol
 * @param target port that the task listens on
 * @param published port that clients use; 0 takes the next free one of the dynamic range
 * @param publishMode where it is open
 * @param bind addresses or interface names that it is opened on; empty for all of the node's
 */
public record PortSpec(
    String name,
    Protocol protocol,
    int target,
    int published,
    PublishMode publishMode,
    List<String> bind) {

  /** Transport protocols. */
  public enum Protocol {
    TCP,
    UDP,
    SCTP
  }

  /** Where a published port is open. */
  public enum PublishMode {
    /** On every node, balanced over all tasks. */
    INGRESS,
    /** On the task's node only, for that task only. */
    HOST
  }

  public PortSpec {
    name = Copies.or(name, "");
    protocol = Copies.or(protocol, Protocol.TCP);
    publishMode = Copies.or(publishMode, PublishMode.INGRESS);
    bind = Copies.list(bind);
    Check check = Check.of("PortSpec");
    for (String place : bind) {
      check.that(isPlace(place), "bind", place, "an address, or the name of an interface");
    }
    check
        .that(target >= 1 && target <= 65535, "target", target, "1 to 65535")
        .that(
            published >= 0 && published <= 65535,
            "published",
            published,
            "1 to 65535, or 0 for the next free port")
        .orThrow();
  }

  /** Whether {@code bind} is that of an address or, in form, that of an interface. */
  private static boolean isPlace(String bind) {
    if (bind.indexOf(':') < 0 && !bind.matches("[0-9.]+")) {
      return bind.matches("[^\\s/]{1,15}"); // what Linux takes as a name
    }
    try {
      return !Ip.parse(bind).toString().isEmpty();
    } catch (InvalidSpecException notOne) {
      return false;
    }
  }

  /** TCP, on every node. */
  public static PortSpec ingress(int published, int target) {
    return new PortSpec("", Protocol.TCP, target, published, PublishMode.INGRESS, List.of());
  }

  /** TCP, on the task's node. */
  public static PortSpec host(int published, int target) {
    return new PortSpec("", Protocol.TCP, target, published, PublishMode.HOST, List.of());
  }

  /** The same with the published port filled in. */
  public PortSpec withPublished(int port) {
    return new PortSpec(name, protocol, target, port, publishMode, bind);
  }
}
