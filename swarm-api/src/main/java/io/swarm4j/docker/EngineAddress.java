package io.swarm4j.docker;

import com.github.dockerjava.core.LocalDirectorySSLConfig;
import io.swarm4j.model.Check;
import java.net.URI;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Where a Docker Engine listens.
 *
 * @param uri {@code unix:///path/of/socket} or {@code tcp://host:port}
 * @param certificates folder with {@code ca.pem}, {@code cert.pem} and {@code key.pem} for mutual
 *     TLS; null for none
 */
public record EngineAddress(URI uri, @Nullable Path certificates) {

  /** The engine of this machine. */
  public static final EngineAddress LOCAL = of("unix:///var/run/docker.sock");

  public EngineAddress {
    Check.of("EngineAddress")
        .that(
            isUnix(uri) || ("tcp".equals(uri.getScheme()) && uri.getPort() > 0),
            "uri",
            uri,
            "unix:///path/of/socket or tcp://host:port")
        .orThrow();
  }

  /** Without TLS. */
  public static EngineAddress of(String uri) {
    return new EngineAddress(URI.create(uri), null);
  }

  /** What {@link #certificates} let this side present and trust; null where there are none. */
  public @Nullable SSLContext tls() {
    return certificates == null
        ? null
        : new LocalDirectorySSLConfig(certificates.toString()).getSSLContext();
  }

  /** Whether the engine is on this machine and sees the same files. */
  boolean isLocal() {
    return isUnix(uri);
  }

  private static boolean isUnix(URI uri) {
    return "unix".equals(uri.getScheme()) && uri.getPath() != null && !uri.getPath().isEmpty();
  }

  @Override
  public String toString() {
    return uri.toString();
  }
}
