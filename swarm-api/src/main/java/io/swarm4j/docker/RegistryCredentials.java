package io.swarm4j.docker;

import java.util.Optional;

/** Knows how to log in to registries; asked anew for each pull, so that what expires is fresh. */
@FunctionalInterface
public interface RegistryCredentials {

  /**
   * Finds the login for an image.
   *
   * @param image reference as the spec has it, such as {@code registry:5000/team/app:1.2}
   * @return empty to use what the docker command line of this machine has stored, or none
   */
  Optional<Login> login(String image);

  /** Leaves it to what the docker command line has stored. */
  RegistryCredentials STORED = image -> Optional.empty();

  /** A user and password. */
  record Login(String username, String password) {
    /** Tells nothing of the password. */
    @Override
    public String toString() {
      return "Login[" + username + "]";
    }
  }
}
