package io.swarm4j.engine;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.swarm4j.model.SwarmException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint proves itself over TCP, and whom it lets in; PEM files.
 *
 * @param certificate the server's certificate chain
 * @param key its private key
 * @param clientAuthority certificates that clients' certificates must descend from; null lets
 *     anybody in who reaches the port
 */
public record TlsOptions(Path certificate, Path key, @Nullable Path clientAuthority) {

  SslContext context() {
    for (Path file : files()) {
      if (!Files.isReadable(file)) {
        throw new SwarmException("can not read " + file + ", which TLS needs");
      }
    }
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(certificate.toFile(), key.toFile())
              .protocols("TLSv1.3", "TLSv1.2");
      if (clientAuthority != null) {
        builder.trustManager(clientAuthority.toFile()).clientAuth(ClientAuth.REQUIRE);
      }
      return builder.build();
    } catch (SSLException | IllegalArgumentException unusable) {
      throw new SwarmException(
          "TLS can not be set up from " + files() + ": " + unusable.getMessage(), unusable);
    }
  }

  private List<Path> files() {
    return clientAuthority == null
        ? List.of(certificate, key)
        : List.of(certificate, key, clientAuthority);
  }
}
