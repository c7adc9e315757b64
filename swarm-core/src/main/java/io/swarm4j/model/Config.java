package io.swarm4j.model;

/**
 * A config as stored.
 *
 * @param id its identity
 * @param meta version and times
 * @param spec what was asked for
 * @param version ordinal among those of the same name, from 1
 */
public record Config(ConfigId id, Meta meta, ConfigSpec spec, int version)
    implements StoreObject, VersionedPayload {

  @Override
  public Config withMeta(Meta newMeta) {
    return new Config(id, newMeta, spec, version);
  }

  /** The same with another spec. */
  public Config withSpec(ConfigSpec newSpec) {
    return new Config(id, meta, newSpec, version);
  }

  @Override
  public PayloadVersion which() {
    return new PayloadVersion(false, spec.name(), version);
  }

  @Override
  public Payload data() {
    return spec.data();
  }

  @Override
  public boolean templated() {
    return spec.templated();
  }
}
