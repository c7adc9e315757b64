package io.swarm4j.model;

import java.util.Arrays;

/** Bytes that never show in logs, traces or exceptions: its text form tells the size only. */
public record Payload(byte[] bytes) {

  /** Takes a copy. */
  public Payload {
    bytes = bytes.clone();
  }

  /** The text in UTF-8. */
  public static Payload of(String text) {
    return new Payload(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** A copy of the content. */
  @Override
  public byte[] bytes() {
    return bytes.clone();
  }

  /** As many bytes, all of them 0: for whoever may know that there is something, but not what. */
  public Payload masked() {
    return new Payload(new byte[bytes.length]);
  }

  /** Number of bytes. */
  public int size() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload payload && Arrays.equals(bytes, payload.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "Payload[" + bytes.length + " bytes]";
  }
}
