package io.swarm4j.sim;

import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The network of a simulated swarm, between machines known by name: it delays, loses, doubles and
 * reorders messages, and can be cut, also in one direction only. For use on one thread.
 */
public final class SimulatedNetwork {
  private static final Duration RETRANSMISSION = Duration.ofMillis(200);

  private final VirtualTime time;
  private final Loop loop;
  private final Chance chance;
  private final Map<Line, NetworkConditions> special = new HashMap<>();
  private final Set<Line> cut = new HashSet<>();
  private final Set<String> mute = new HashSet<>();
  private final Set<String> deaf = new HashSet<>();
  private final List<Runnable> listeners = new ArrayList<>();
  private NetworkConditions standard = NetworkConditions.LAN;

  private record Line(String from, String to) {}

  SimulatedNetwork(VirtualTime time) {
    this.time = time;
    this.loop = time.newLoop("network");
    this.chance = time.newChance();
  }

  /** Changes how messages fare wherever nothing else was said. */
  public void conditions(NetworkConditions conditions) {
    standard = conditions;
  }

  /** Changes how messages from one machine to another fare; the way back is another line. */
  public void conditions(String from, String to, NetworkConditions conditions) {
    special.put(new Line(from, to), conditions);
  }

  /** Cuts the line from one machine to another; the way back stays open. */
  public void cut(String from, String to) {
    change(cut.add(new Line(from, to)));
  }

  /** Mends what {@link #cut} did. */
  public void mend(String from, String to) {
    change(cut.remove(new Line(from, to)));
  }

  /** Lets nothing out of a machine. */
  public void mute(String machine) {
    change(mute.add(machine));
  }

  /** Lets nothing into a machine. */
  public void deafen(String machine) {
    change(deaf.add(machine));
  }

  /** Takes back what {@link #mute} and {@link #deafen} did. */
  public void reconnect(String machine) {
    change(mute.remove(machine) | deaf.remove(machine));
  }

  /** Cuts every line, in both directions, between machines of the two groups. */
  public void partition(List<String> some, List<String> others) {
    forPairs(some, others, cut::add);
  }

  /** Takes back what {@link #partition} did. */
  public void rejoin(List<String> some, List<String> others) {
    forPairs(some, others, cut::remove);
  }

  private void forPairs(
      List<String> some, List<String> others, java.util.function.Predicate<Line> action) {
    boolean changed = false;
    for (String one : some) {
      for (String other : others) {
        if (!one.equals(other)) {
          changed |= action.test(new Line(one, other));
          changed |= action.test(new Line(other, one));
        }
      }
    }
    change(changed);
  }

  /** Mends every line and takes back all special conditions. */
  public void heal() {
    boolean changed = !(cut.isEmpty() && mute.isEmpty() && deaf.isEmpty());
    cut.clear();
    mute.clear();
    deaf.clear();
    special.clear();
    standard = NetworkConditions.LAN;
    change(changed);
  }

  private void change(boolean changed) {
    if (changed) {
      listeners.forEach(Runnable::run);
    }
  }

  /** Has {@code listener} called whenever a line was cut or mended. */
  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Whether a message from one machine to another has a chance to arrive. */
  public boolean reaches(String from, String to) {
    if (from.equals(to)) {
      return true;
    }
    boolean whole = cut.isEmpty() && mute.isEmpty() && deaf.isEmpty();
    return whole || !(mute.contains(from) || deaf.contains(to) || cut.contains(new Line(from, to)));
  }

  /** Whether two machines can talk with each other. */
  boolean connects(String one, String other) {
    return reaches(one, other) && reaches(other, one);
  }

  /** The time that one message takes. */
  Duration latency(String from, String to) {
    if (from.equals(to)) {
      return Duration.ZERO;
    }
    NetworkConditions now = on(from, to);
    return chance.between(now.leastLatency(), now.mostLatency());
  }

  /** The same where what is lost is sent again until it arrives. */
  Duration reliableLatency(String from, String to) {
    Duration latency = latency(from, to);
    double loss = from.equals(to) ? 0 : Math.min(0.9, on(from, to).loss());
    while (loss > 0 && chance.withProbability(loss)) {
      latency = latency.plus(RETRANSMISSION);
    }
    return latency;
  }

  private NetworkConditions on(String from, String to) {
    return special.isEmpty() ? standard : special.getOrDefault(new Line(from, to), standard);
  }

  /** A direction of a connection, in which messages keep their order unless the line loses it. */
  Channel channel(String from, String to) {
    return new Channel(from, to);
  }

  /** One direction of a connection. */
  final class Channel {
    private final String from;
    private final String to;
    private Duration last = Duration.ZERO;

    private Channel(String from, String to) {
      this.from = from;
      this.to = to;
    }

    /** Sends a message; {@code delivery} runs when it arrives, if it does. */
    void send(Runnable delivery) {
      if (!reaches(from, to)) {
        return;
      }
      NetworkConditions now = on(from, to);
      if (now.loss() > 0 && chance.withProbability(now.loss())) {
        return;
      }
      deliver(now, delivery);
      if (now.duplication() > 0 && chance.withProbability(now.duplication())) {
        deliver(now, delivery);
      }
    }

    private void deliver(NetworkConditions now, Runnable delivery) {
      Duration latency =
          from.equals(to) ? Duration.ZERO : chance.between(now.leastLatency(), now.mostLatency());
      Duration at = time.elapsed().plus(latency);
      boolean inOrder = now.reordering() == 0 || !chance.withProbability(now.reordering());
      if (inOrder) {
        if (at.compareTo(last) < 0) {
          at = last;
        }
        last = at;
      }
      loop.schedule(at.minus(time.elapsed()), delivery);
    }
  }
}
