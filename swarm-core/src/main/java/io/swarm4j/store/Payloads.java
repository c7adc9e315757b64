package io.swarm4j.store;

import io.swarm4j.model.Config;
import io.swarm4j.model.Secret;
import io.swarm4j.model.StoreObject;

/** What secrets and configs carry: the one thing in the state that is large. */
final class Payloads {

  private Payloads() {}

  /** Bytes that an object carries beside its description. */
  static int bytes(StoreObject object) {
    if (object instanceof Config config) {
      return config.spec().data().size();
    }
    return object instanceof Secret secret ? secret.spec().data().size() : 0;
  }
}
