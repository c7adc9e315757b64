package io.swarm4j.network.lb;

import java.util.concurrent.atomic.LongAdder;

/** What a balancer counts over its whole life. Thread-safe. */
final class Counters {
  final LongAdder accepted = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder connectFailures = new LongAdder();
}
