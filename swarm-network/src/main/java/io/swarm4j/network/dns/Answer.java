package io.swarm4j.network.dns;

import java.util.List;

/**
 * What is the same in all replies to the same question: everything but header and question.
 *
 * @param code response code
 * @param records records of the answer section; each reply begins with another one
 * @param authority records of the authority section
 * @param additional records of the additional section, dropped where there is no room for them
 */
record Answer(int code, byte[][] records, byte[][] authority, byte[][] additional) {
  private static final byte[][] NONE = {};

  static Answer of(List<byte[]> records) {
    return of(records, List.of());
  }

  static Answer of(List<byte[]> records, List<byte[]> additional) {
    return new Answer(
        Wire.NO_ERROR, records.toArray(byte[][]::new), NONE, additional.toArray(byte[][]::new));
  }

  /** There is no such name ({@link Wire#NAME_ERROR}), or nothing of that type. */
  static Answer nothing(int code, int ttl) {
    return new Answer(code, NONE, new byte[][] {Wire.startOfAuthority(ttl)}, NONE);
  }
}
