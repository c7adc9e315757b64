package io.swarm4j.compose;

import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.ServiceSpec;
import java.util.List;

/**
 * What a compose file asks for, as specs that a swarm takes: names carry the stack's prefix, and
 * everything is labelled with the stack's name.
 *
 * @param name name of the stack
 * @param services services in the order of the file
 * @param networks networks that services use and the stack owns, the default network first
 * @param secrets secrets that the stack owns
 * @param configs configs that the stack owns
 * @param externals what services use and must exist already
 * @param warnings what was accepted with a doubt, in the order of the file
 */
public record Stack(
    String name,
    List<ServiceSpec> services,
    List<NetworkSpec> networks,
    List<SecretSpec> secrets,
    List<ConfigSpec> configs,
    List<ExternalReference> externals,
    List<Warning> warnings) {

  /** Label that names the stack on everything that belongs to one, as the reference has it. */
  public static final String NAMESPACE_LABEL = "com.docker.stack.namespace";

  /** Label of a service that keeps the image as the file names it, before any digest is added. */
  public static final String IMAGE_LABEL = "com.docker.stack.image";

  public Stack {
    services = List.copyOf(services);
    networks = List.copyOf(networks);
    secrets = List.copyOf(secrets);
    configs = List.copyOf(configs);
    externals = List.copyOf(externals);
    warnings = List.copyOf(warnings);
  }

  /** Names of the external objects of one kind, in the order of the file. */
  public List<String> externalNames(ExternalReference.Kind kind) {
    return externals.stream()
        .filter(external -> external.kind() == kind)
        .map(ExternalReference::name)
        .toList();
  }
}
