package io.swarm4j.network.ipam;

import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.Subnet;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of one subnet, each with at most one holder.
 *
 * <p>Addresses are given out in ascending order; one that was freed comes to the end of a queue
 * that is drawn from only when no fresh address is left, so that whoever still remembers the last
 * holder has the longest possible time to forget it. Every operation takes constant time, however
 * full the pool is. At most the first 16,777,216 addresses of a range are given out unasked; others
 * can be reserved.
 *
 * <p>Mutable and not thread-safe.
 */
public final class AddressPool {
  private static final int WINDOW = 1 << 24;

  /** A restored address further ahead than this does not make all before it count as used. */
  private static final int LONGEST_GAP = 1 << 16;

  private static final int NONE = -1;

  private final CoolDown coolDown;
  private final Subnet subnet;
  private final Ip base;
  private final int window;
  private final long total;
  private final Set<Ip> never = new HashSet<>();

  /** Holders of addresses that are not below {@link #fresh}. */
  private final Map<Ip, Id> apart = new HashMap<>();

  private final Map<Ip, ServiceId> reservations = new HashMap<>();

  /** Holders by offset, for those below {@link #fresh}. */
  private @Nullable Id[] holders = new Id[16];

  /** For those that are free, the next and the previous one in the queue, side by side. */
  private int[] links = new int[32];

  /** When those in the queue may be given out, in milliseconds; empty where that is at once. */
  private long[] coolUntil = new long[0];

  private int fresh;
  private int head = NONE;
  private int tail = NONE;
  private long held;

  /** All addresses free; those that are freed are given out again when no other is left. */
  public AddressPool(IpPool pool) {
    this(pool, CoolDown.NONE);
  }

  /** All addresses free; those that are freed have to cool down. */
  public AddressPool(IpPool pool, CoolDown coolDown) {
    this.coolDown = coolDown;
    subnet = Ranges.aligned(pool.subnet());
    Subnet range = pool.range() == null ? subnet : pool.range();
    base = range.first();
    window = (int) Math.min(range.size(), WINDOW);
    never.add(subnet.first());
    if (Ranges.isV4(subnet)) {
      never.add(Ranges.last(subnet)); // broadcast
    }
    never.add(gateway(pool));
    never.addAll(pool.reserved().values());
    total = window - never.stream().filter(ip -> isInWindow(Ranges.offset(base, ip))).count();
  }

  /** The gateway of a pool: the one asked for, else the first usable address. */
  public static Ip gateway(IpPool pool) {
    Ip asked = pool.gateway();
    return asked == null ? pool.subnet().first().plus(1) : asked;
  }

  /** The range that addresses are of. */
  public Subnet subnet() {
    return subnet;
  }

  /** How many addresses the pool gives out unasked. */
  public long total() {
    return total;
  }

  /** How many of those have a holder. */
  public long held() {
    return held;
  }

  /** Whether {@code ip} can have a holder: inside, and not kept for the network itself. */
  public boolean isUsable(Ip ip) {
    return subnet.contains(ip) && !never.contains(ip);
  }

  /** Who holds {@code ip}; null if it is free or not usable. */
  public @Nullable Id holder(Ip ip) {
    long offset = Ranges.offset(base, ip);
    return isOpened(offset) ? holders[(int) offset] : apart.get(ip);
  }

  /** All addresses that have a holder, in ascending order. */
  public SortedMap<Ip, Id> holders() {
    SortedMap<Ip, Id> all = new TreeMap<>(apart);
    for (int offset = 0; offset < fresh; offset++) {
      Id holder = holders[offset];
      if (holder != null) {
        all.put(base.plus(offset), holder);
      }
    }
    return all;
  }

  /**
   * How long it is until a freed address has cooled down; zero or less if one has, null if there is
   * none. Of no interest as long as there are fresh ones.
   */
  public @Nullable Duration untilNext() {
    if (head == NONE) {
      return null;
    }
    return head < coolUntil.length ? coolDown.until(coolUntil[head]) : Duration.ZERO;
  }

  /** Gives the next address to {@code holder}; null if none is free and has cooled down. */
  public @Nullable Ip allocate(Id holder) {
    while (fresh < window) {
      int offset = fresh;
      if (openNext()) {
        hold(offset, holder);
        return base.plus(offset);
      }
    }
    Duration wait = untilNext();
    if (wait == null || wait.compareTo(Duration.ZERO) > 0) {
      return null;
    }
    int offset = head;
    unlink(offset);
    hold(offset, holder);
    return base.plus(offset);
  }

  /**
   * Takes note that {@code holder} has {@code ip}, which it was given in an earlier life of this
   * pool.
   *
   * @return false if somebody else has it, or nobody can
   */
  public boolean restore(Ip ip, Id holder) {
    long offset = Ranges.offset(base, ip);
    if (isInWindow(offset) && offset >= fresh && offset - fresh < LONGEST_GAP) {
      while (fresh <= offset) {
        int opened = fresh;
        if (openNext()) {
          enqueue(opened);
        }
      }
    }
    return claim(ip, holder);
  }

  private boolean claim(Ip ip, Id holder) {
    Id present = holder(ip);
    if (present != null || !isUsable(ip)) {
      return holder.equals(present);
    }
    long offset = Ranges.offset(base, ip);
    if (isOpened(offset)) {
      unlink((int) offset);
      hold((int) offset, holder);
    } else {
      apart.put(ip, holder);
      held += isInWindow(offset) ? 1 : 0;
    }
    return true;
  }

  /**
   * Sets {@code ip} aside for the tasks of a service, which {@link #take} it one after the other.
   * It is held by the service while it is not held by one of them.
   *
   * @param own tells the service's tasks, one of which may hold the address already
   * @return false if somebody else has it, or nobody can
   */
  public boolean reserve(Ip ip, ServiceId service, Predicate<Id> own) {
    ServiceId reserved = reservations.get(ip);
    if (reserved != null) {
      return reserved.equals(service);
    }
    Id present = holder(ip);
    if (present == null ? claim(ip, service) : own.test(present)) {
      reservations.put(ip, service);
      return true;
    }
    return false;
  }

  /** Ends a reservation; a task that has the address keeps it. */
  public void unreserve(Ip ip, ServiceId service) {
    if (reservations.remove(ip, service) && service.equals(holder(ip))) {
      free(ip);
    }
  }

  /**
   * Passes a reserved address to a task.
   *
   * @return false if it is not reserved for the service, or another task has it
   */
  public boolean take(Ip ip, ServiceId service, Id task) {
    Id present = holder(ip);
    if (service.equals(present) && service.equals(reservations.get(ip))) {
      replaceHolder(ip, task);
      return true;
    }
    return task.equals(present);
  }

  /**
   * Takes {@code ip} back.
   *
   * @return false if {@code holder} does not have it, in which case nothing happens
   */
  public boolean release(Ip ip, Id holder) {
    Id present = holder(ip);
    if (present != holder && !holder.equals(present)) {
      return false;
    }
    ServiceId reserved = reservations.isEmpty() ? null : reservations.get(ip);
    if (reserved != null) {
      replaceHolder(ip, reserved);
    } else {
      free(ip);
    }
    return true;
  }

  /** As {@link #release}, for an address that nobody has used: it need not cool down. */
  public void giveBack(Ip ip, Id holder) {
    if (release(ip, holder) && holder(ip) == null && isOpened(Ranges.offset(base, ip))) {
      int offset = (int) Ranges.offset(base, ip);
      unlink(offset);
      cool(offset, 0);
      if (head == NONE) {
        tail = offset;
      } else {
        links[2 * offset] = head;
        links[2 * head + 1] = offset;
      }
      head = offset;
    }
  }

  private void replaceHolder(Ip ip, Id holder) {
    long offset = Ranges.offset(base, ip);
    if (isOpened(offset)) {
      holders[(int) offset] = holder;
    } else {
      apart.put(ip, holder);
    }
  }

  private void free(Ip ip) {
    long offset = Ranges.offset(base, ip);
    if (isOpened(offset)) {
      holders[(int) offset] = null;
      if (!coolDown.isNone()) {
        cool((int) offset, coolDown.endsAt());
      }
      enqueue((int) offset);
      held--;
    } else {
      apart.remove(ip);
      held -= isInWindow(offset) ? 1 : 0;
    }
  }

  /** Moves the border of fresh addresses by one; whether the one that it passed is free. */
  private boolean openNext() {
    int offset = fresh++;
    if (offset == holders.length) {
      int length = Math.min(window, 2 * offset);
      holders = Arrays.copyOf(holders, length);
      links = Arrays.copyOf(links, 2 * length);
    }
    Ip ip = base.plus(offset);
    if (never.contains(ip)) {
      return false;
    }
    Id owner = apart.isEmpty() ? null : apart.remove(ip);
    holders[offset] = owner;
    return owner == null;
  }

  private void hold(int offset, Id holder) {
    holders[offset] = holder;
    held++;
  }

  private void cool(int offset, long until) {
    if (offset >= coolUntil.length && until > 0) {
      coolUntil = Arrays.copyOf(coolUntil, holders.length);
    }
    if (offset < coolUntil.length) {
      coolUntil[offset] = until;
    }
  }

  private void enqueue(int offset) {
    if (tail == NONE) {
      head = offset;
    } else {
      links[2 * tail] = offset;
    }
    links[2 * offset + 1] = tail;
    tail = offset;
  }

  /** The links of head and tail that lead out of the queue are never read. */
  private void unlink(int offset) {
    int behind = links[2 * offset];
    int before = links[2 * offset + 1];
    if (head == tail) {
      head = NONE;
      tail = NONE;
    } else if (offset == head) {
      head = behind;
    } else if (offset == tail) {
      tail = before;
    } else {
      links[2 * before] = behind;
      links[2 * behind + 1] = before;
    }
  }

  private boolean isOpened(long offset) {
    return offset >= 0 && offset < fresh;
  }

  private boolean isInWindow(long offset) {
    return offset >= 0 && offset < window;
  }
}
