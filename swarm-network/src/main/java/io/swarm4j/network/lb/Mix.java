package io.swarm4j.network.lb;

import java.net.InetAddress;

/** Hashes that are the same in every process. */
final class Mix {
  private Mix() {}

  /** The finalizer of SplitMix64. */
  static long of(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  static long of(String text) {
    long hash = 0;
    for (int i = 0; i < text.length(); i++) {
      hash = of(hash + text.charAt(i) + 0x9e3779b97f4a7c15L);
    }
    return hash;
  }

  static long of(InetAddress address) {
    long hash = 0;
    for (byte b : address.getAddress()) {
      hash = hash << 8 ^ hash >>> 56 ^ (b & 0xff);
    }
    return of(hash);
  }
}
