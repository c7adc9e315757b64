package io.swarm4j.engine.http;

import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a server listens. */
public sealed interface Listen {

  /** On a unix socket that only the user who runs this program may open. */
  record Unix(Path path) implements Listen {}

  /**
   * On a TCP address.
   *
   * @param address the address; port 0 takes a free one
   * @param tls encrypts and tells clients apart; null for plain text
   */
  record Tcp(InetSocketAddress address, @Nullable SslContext tls) implements Listen {}
}
