package io.swarm4j.model;

/**
 * A secret as stored.
 *
 * @param id its identity
 * @param meta version and times
 * @param spec what was asked for
 * @param version ordinal among those of the same name, from 1
 */
public record Secret(SecretId id, Meta meta, SecretSpec spec, int version)
    implements StoreObject, VersionedPayload {

  @Override
  public Secret withMeta(Meta newMeta) {
    return new Secret(id, newMeta, spec, version);
  }

  /** The same with another spec. */
  public Secret withSpec(SecretSpec newSpec) {
    return new Secret(id, meta, newSpec, version);
  }

  @Override
  public PayloadVersion which() {
    return new PayloadVersion(true, spec.name(), version);
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
