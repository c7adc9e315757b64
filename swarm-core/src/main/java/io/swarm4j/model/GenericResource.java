package io.swarm4j.model;

/** A resource that only users know the meaning of, such as GPUs or licences. */
public sealed interface GenericResource {

  /** What it is, such as {@code gpu}. */
  String kind();

  /** A number of interchangeable units. */
  record Discrete(String kind, long count) implements GenericResource {
    public Discrete {
      Check.of("GenericResource")
          .that(!kind.isBlank(), Fault.Code.MISSING, "kind", kind, "a name such as gpu")
          .that(count >= 0, "count", count, "0 or more")
          .orThrow();
    }
  }

  /** One unit with a name of its own; nodes advertise these, tasks get them assigned. */
  record Named(String kind, String value) implements GenericResource {
    public Named {
      Check.of("GenericResource")
          .that(!kind.isBlank(), Fault.Code.MISSING, "kind", kind, "a name such as gpu")
          .that(!value.isBlank(), Fault.Code.MISSING, "value", value, "the name of the unit")
          .orThrow();
    }
  }
}
