package io.swarm4j.model;

/** The place in a service that tasks take one after the other: a number, or a node. */
public sealed interface SlotKey extends Comparable<SlotKey> {

  /** A slot of a replicated service, from 1; of a job, from 0. */
  record Numbered(int number) implements SlotKey {
    @Override
    public String toString() {
      return Integer.toString(number);
    }
  }

  /** The slot of a global service on one node. */
  record OnNode(NodeId node) implements SlotKey {
    @Override
    public int hashCode() {
      return node.hashCode();
    }

    @Override
    public String toString() {
      return node.toString();
    }
  }

  @Override
  default int compareTo(SlotKey other) {
    if (this instanceof Numbered a && other instanceof Numbered b) {
      return Integer.compare(a.number, b.number);
    }
    if (this instanceof OnNode a && other instanceof OnNode b) {
      return a.node.compareTo(b.node);
    }
    return this instanceof Numbered ? -1 : 1;
  }
}
