package io.swarm4j.engine;

/** What this engine calls itself. */
final class Product {
  static final String NAME = "Swarm4J";

  /** Of the library; where it does not run from its jar, of the source tree. */
  static final String VERSION = version();

  private Product() {}

  private static String version() {
    String version = Product.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0" : version;
  }
}
