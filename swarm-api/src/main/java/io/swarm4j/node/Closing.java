package io.swarm4j.node;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what must not keep others from being closed. */
final class Closing {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private Closing() {}

  static void quietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception failed) {
      LOG.warn("{} could not be closed in good order", resource, failed);
    }
  }
}
