package io.swarm4j.network.ports;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Fault;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.store.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells, when a service is created or updated, which of its published ports another service has.
 *
 * <p>A port in ingress mode is taken for the whole swarm; two services that publish it in host mode
 * do not disturb each other, unless they meet on a node, which is the scheduler's business. What
 * belongs to a removed service does not count: its ports become free by themselves, and the
 * newcomer's tasks wait for that.
 */
public final class PortConflicts {
  private PortConflicts() {}

  /**
   * A port that another service has.
   *
   * @param index place of the port in the spec
   * @param port the port
   * @param holder who has it
   * @param mode how that one publishes it
   */
  public record Conflict(int index, PortSpec port, Service holder, PublishMode mode) {

    /** The refusal in the reference's words. */
    public String message() {
      return text(port.published(), holder.name(), holder.id(), mode);
    }

    /** The same as a fault of the service's spec. */
    public Fault fault() {
      return new Fault(
          Fault.Code.IN_USE,
          "endpoint.ports[" + index + "].published",
          Integer.toString(port.published()),
          "another port: " + message());
    }
  }

  /** The reference's words for a port that is taken. */
  public static String text(int port, String holder, ServiceId id, PublishMode mode) {
    return "port '"
        + port
        + "' is already in use by service '"
        + holder
        + "' ("
        + id
        + ") as "
        + (mode == PublishMode.INGRESS ? "an ingress port" : "a host-published port");
  }

  /**
   * The faults of a spec with regard to other services' ports.
   *
   * @param self the service that is updated; null for a new one
   */
  public static List<Fault> check(State state, ServiceSpec spec, @Nullable ServiceId self) {
    return find(state, spec, self).stream().map(Conflict::fault).toList();
  }

  /**
   * Refuses a spec that wants another service's port.
   *
   * @throws ConflictException in the reference's words
   */
  public static void orThrow(State state, ServiceSpec spec, @Nullable ServiceId self) {
    List<Conflict> conflicts = find(state, spec, self);
    if (!conflicts.isEmpty()) {
      throw new ConflictException(conflicts.get(0).message());
    }
  }

  /** All conflicts, in the order of the spec's ports; at most one per port. */
  public static List<Conflict> find(State state, ServiceSpec spec, @Nullable ServiceId self) {
    List<PortSpec> ports = spec.endpoint().ports();
    if (ports.stream().allMatch(port -> port.published() == 0)) {
      return List.of();
    }
    List<Conflict> found = new ArrayList<>();
    Set<Integer> done = new HashSet<>();
    for (Service other : state.services()) {
      if (other.isRemoved() || other.id().equals(self)) {
        continue;
      }
      for (PortSpec taken : portsOf(other)) {
        for (int i = 0; i < ports.size(); i++) {
          if (conflict(ports.get(i), taken) && done.add(i)) {
            found.add(new Conflict(i, ports.get(i), other, taken.publishMode()));
          }
        }
      }
    }
    found.sort((a, b) -> Integer.compare(a.index, b.index));
    return found;
  }

  private static List<PortSpec> portsOf(Service service) {
    List<PortSpec> allocated = service.endpoint().ports();
    List<PortSpec> wanted = service.spec().endpoint().ports();
    if (allocated.equals(wanted)) {
      return wanted;
    }
    List<PortSpec> both = new ArrayList<>(wanted);
    both.addAll(allocated);
    return both;
  }

  private static boolean conflict(PortSpec wanted, PortSpec taken) {
    return wanted.published() != 0
        && wanted.published() == taken.published()
        && wanted.protocol() == taken.protocol()
        && (wanted.publishMode() == PublishMode.INGRESS
            || taken.publishMode() == PublishMode.INGRESS);
  }
}
