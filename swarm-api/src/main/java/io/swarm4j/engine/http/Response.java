package io.swarm4j.engine.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** The answer to a request. */
public sealed interface Response {

  /** The status code. */
  int status();

  /** Headers beyond those that the server adds by itself. */
  Map<String, String> headers();

  /** The same answer with one more header. */
  Response withHeader(String name, String value);

  /** An answer that is there in whole. */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, and up to megabytes
  record Whole(int status, Map<String, String> headers, byte[] body) implements Response {
    @Override
    public Whole withHeader(String name, String value) {
      return new Whole(status, with(headers, name, value), body);
    }
  }

  /** An answer that comes bit by bit, until its source ends it or the client goes away. */
  record Streamed(int status, Map<String, String> headers, Source source) implements Response {
    @Override
    public Streamed withHeader(String name, String value) {
      return new Streamed(status, with(headers, name, value), source);
    }
  }

  /**
   * The connection itself is handed over after the answer: with {@code 101} to a client that asked
   * for an upgrade, with {@code 200} to one that did not.
   */
  record TakenOver(Map<String, String> headers, Takeover takeover) implements Response {
    @Override
    public int status() {
      return 101;
    }

    @Override
    public TakenOver withHeader(String name, String value) {
      return new TakenOver(with(headers, name, value), takeover);
    }
  }

  /** Produces a streamed answer. */
  @FunctionalInterface
  interface Source {
    /** Called once the head of the answer is on its way. */
    void start(Sink sink);
  }

  /** Gets a connection that was taken over. */
  @FunctionalInterface
  interface Takeover {
    /**
     * Called once the head of the answer is on its way.
     *
     * @param out to the client
     * @return gets what the client sends
     */
    Incoming start(Sink out);
  }

  /** Gets what a client sends over a connection that was taken over, on one thread. */
  interface Incoming {
    /** Bytes; the receiver may keep the array. */
    void received(byte[] bytes);

    /** The client sends no more. */
    void ended();
  }

  /** Text or JSON, by its content type. */
  static Whole of(int status, String contentType, byte[] body) {
    return new Whole(status, Map.of("Content-Type", contentType), body);
  }

  /** No content. */
  static Whole empty(int status) {
    return new Whole(status, Map.of(), new byte[0]);
  }

  private static Map<String, String> with(Map<String, String> headers, String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return more;
  }
}
