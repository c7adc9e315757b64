package io.swarm4j.network.ports;

import io.swarm4j.model.PortSpec;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.PortSpec.PublishMode;
import io.swarm4j.model.ServiceId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The published ports of a swarm: at most one service per protocol and ingress port.
 *
 * <p>Ports that a service leaves open come from the dynamic range, one after the other; past its
 * end the lowest free one is next. A service keeps them over updates, by name, protocol and target.
 * Any number of services may publish a port in host mode, but none that another one has in ingress
 * mode.
 *
 * <p>Mutable and not thread-safe.
 */
public final class PortAllocator {
  /** First port of the dynamic range, as in the reference. */
  public static final int DYNAMIC_FIRST = 30_000;

  /** Last port of the dynamic range, as in the reference. */
  public static final int DYNAMIC_LAST = 32_767;

  private final Map<Protocol, Space> spaces = new EnumMap<>(Protocol.class);
  private final Map<ServiceId, List<PortSpec>> held = new HashMap<>();

  /** No port published. */
  public PortAllocator() {
    for (Protocol protocol : Protocol.values()) {
      spaces.put(protocol, new Space());
    }
  }

  /** Outcome of {@link #assign}. */
  public sealed interface Assignment {

    /** All ports, dynamic ones filled in. */
    record Granted(List<PortSpec> ports) implements Assignment {}

    /**
     * Somebody has one of them; the service keeps what it had.
     *
     * @param port the port that can not be had
     * @param holder who has it
     * @param mode how that one publishes it
     */
    record Refused(PortSpec port, ServiceId holder, PublishMode mode) implements Assignment {}

    /** No port of the dynamic range is left; the service keeps what it had. */
    record UsedUp(PortSpec port) implements Assignment {}
  }

  /**
   * How much of the dynamic range of a protocol is used.
   *
   * @param total ports of the dynamic range
   * @param held those that are published, by whichever way
   */
  public record Usage(int total, int held) {}

  /** Gives a service the ports that it wants in place of those that it had, or none of them. */
  public Assignment assign(ServiceId service, List<PortSpec> wanted) {
    return assign(service, wanted, Set.of());
  }

  /**
   * As {@link #assign(ServiceId, List)}, for when several services wait for their turn.
   *
   * @param spoken ports that others are about to ask for by number, which are not given out unasked
   */
  public Assignment assign(ServiceId service, List<PortSpec> wanted, Set<PortKey> spoken) {
    for (PortSpec port : wanted) {
      Assignment.Refused refused = port.published() == 0 ? null : refusal(service, port);
      if (refused != null) {
        return refused;
      }
    }
    List<PortSpec> former = new ArrayList<>(held.getOrDefault(service, List.of()));
    Set<PortKey> taken = new HashSet<>(spoken);
    wanted.forEach(port -> taken.add(PortKey.of(port)));
    List<PortSpec> granted = new ArrayList<>(wanted.size());
    for (PortSpec port : wanted) {
      if (port.published() != 0 || port.publishMode() == PublishMode.HOST) {
        granted.add(port);
        continue;
      }
      int number = keep(former, port, wanted);
      if (number == 0) {
        number = space(port).nextDynamic(port.protocol(), taken);
      }
      if (number == 0) {
        return new Assignment.UsedUp(port);
      }
      PortSpec filled = port.withPublished(number);
      taken.add(PortKey.of(filled));
      granted.add(filled);
    }
    replace(service, granted);
    return new Assignment.Granted(List.copyOf(granted));
  }

  /**
   * Takes note of ports that a service was given in an earlier life of this object.
   *
   * @return those that somebody else holds, and that it therefore does not get
   */
  public List<PortSpec> restore(ServiceId service, List<PortSpec> ports) {
    List<PortSpec> refused = new ArrayList<>();
    List<PortSpec> restored = new ArrayList<>();
    for (PortSpec port : ports) {
      boolean free = port.published() == 0 || refusal(service, port) == null;
      (free ? restored : refused).add(port);
      if (free && isDynamic(port.published())) {
        space(port).cursor = Math.max(space(port).cursor, port.published() + 1);
      }
    }
    replace(service, restored);
    return refused;
  }

  /** Takes back all ports of a service; whether it had any. */
  public boolean release(ServiceId service) {
    boolean had = !held.getOrDefault(service, List.of()).isEmpty();
    replace(service, List.of());
    return had;
  }

  /** Who publishes a port in ingress mode. */
  public Optional<ServiceId> holder(Protocol protocol, int port) {
    return Optional.ofNullable(space(protocol).ingress.get(port));
  }

  /** All ports published in ingress mode, in ascending order. */
  public SortedMap<Integer, ServiceId> holders(Protocol protocol) {
    return new TreeMap<>(space(protocol).ingress);
  }

  /** What a service has, in the order in which it asked. */
  public List<PortSpec> portsOf(ServiceId service) {
    return held.getOrDefault(service, List.of());
  }

  /** How much of the dynamic range is used. */
  public Usage usage(Protocol protocol) {
    return new Usage(DYNAMIC_LAST - DYNAMIC_FIRST + 1, space(protocol).dynamicHeld());
  }

  private Space space(Protocol protocol) {
    Space space = spaces.get(protocol);
    if (space == null) {
      throw new AssertionError("every protocol has its ports: " + protocol);
    }
    return space;
  }

  private Space space(PortSpec port) {
    return space(port.protocol());
  }

  private Assignment.@Nullable Refused refusal(ServiceId service, PortSpec port) {
    Space space = space(port);
    ServiceId holder = space.ingress.get(port.published());
    if (holder != null && !holder.equals(service)) {
      return new Assignment.Refused(port, holder, PublishMode.INGRESS);
    }
    ServiceId onHosts =
        port.publishMode() == PublishMode.HOST
            ? null
            : space.otherHostPublisher(port.published(), service);
    return onHosts == null ? null : new Assignment.Refused(port, onHosts, PublishMode.HOST);
  }

  /**
   * The number that the service had for this port, 0 if it had none or asks for it by number now.
   */
  private static int keep(List<PortSpec> former, PortSpec port, List<PortSpec> wanted) {
    for (PortSpec old : former) {
      boolean same =
          old.publishMode() == PublishMode.INGRESS
              && old.protocol() == port.protocol()
              && old.target() == port.target()
              && old.name().equals(port.name());
      if (same && wanted.stream().noneMatch(other -> PortKey.of(other).equals(PortKey.of(old)))) {
        former.remove(old); // a second port of that kind must not get the same number
        return old.published();
      }
    }
    return 0;
  }

  private void replace(ServiceId service, List<PortSpec> ports) {
    List<PortSpec> former = held.remove(service);
    if (former != null) {
      former.forEach(port -> space(port).remove(port, service));
    }
    ports.forEach(port -> space(port).add(port, service));
    if (!ports.isEmpty()) {
      held.put(service, List.copyOf(ports));
    }
  }

  private static boolean isDynamic(int port) {
    return port >= DYNAMIC_FIRST && port <= DYNAMIC_LAST;
  }

  /** The ports of one protocol. */
  private static final class Space {
    final Map<Integer, ServiceId> ingress = new HashMap<>();
    final Map<Integer, List<ServiceId>> onHosts = new HashMap<>();
    final BitSet busy = new BitSet();
    int cursor = DYNAMIC_FIRST;

    void add(PortSpec port, ServiceId service) {
      if (port.published() == 0) {
        return;
      }
      busy.set(port.published());
      if (port.publishMode() == PublishMode.INGRESS) {
        ingress.put(port.published(), service);
      } else {
        onHosts.computeIfAbsent(port.published(), number -> new ArrayList<>()).add(service);
      }
    }

    void remove(PortSpec port, ServiceId service) {
      int number = port.published();
      if (port.publishMode() == PublishMode.INGRESS) {
        ingress.remove(number, service);
      } else {
        onHosts.computeIfPresent(
            number,
            (key, services) -> {
              services.remove(service);
              return services.isEmpty() ? null : services;
            });
      }
      busy.set(number, ingress.containsKey(number) || onHosts.containsKey(number));
    }

    @Nullable ServiceId otherHostPublisher(int port, ServiceId self) {
      for (ServiceId service : onHosts.getOrDefault(port, List.of())) {
        if (!service.equals(self)) {
          return service;
        }
      }
      return null;
    }

    /** The next port that nobody has; 0 if there is none. */
    int nextDynamic(Protocol protocol, Set<PortKey> taken) {
      int found = firstFree(cursor, protocol, taken);
      if (found > DYNAMIC_LAST) {
        found = firstFree(DYNAMIC_FIRST, protocol, taken);
      }
      if (found > DYNAMIC_LAST) {
        return 0;
      }
      cursor = found + 1;
      return found;
    }

    private int firstFree(int from, Protocol protocol, Set<PortKey> taken) {
      int port = busy.nextClearBit(from);
      while (port <= DYNAMIC_LAST && taken.contains(new PortKey(protocol, port))) {
        port = busy.nextClearBit(port + 1);
      }
      return port;
    }

    int dynamicHeld() {
      return busy.get(DYNAMIC_FIRST, DYNAMIC_LAST + 1).cardinality();
    }
  }
}
