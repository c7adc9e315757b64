package io.swarm4j.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.AuthConfig;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Logins in the engine's terms: those that a user of this library gives, else what the docker
 * command line has stored on this machine. Thread-safe.
 */
record RegistryLogins(RegistryCredentials credentials, EngineConnection engine) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The login for an image; null if there is none. */
  @Nullable AuthConfig of(String image) {
    return credentials
        .login(image)
        .map(
            login -> new AuthConfig().withUsername(login.username()).withPassword(login.password()))
        .orElseGet(() -> engine.storedLogin(image));
  }

  /** The same as the header {@code X-Registry-Auth}. */
  @Nullable String header(String image) {
    AuthConfig login = of(image);
    try {
      return login == null
          ? null
          : Base64.getUrlEncoder().encodeToString(JSON.writeValueAsBytes(login));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a login cannot be written", impossible);
    }
  }
}
