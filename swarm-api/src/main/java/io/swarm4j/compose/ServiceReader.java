package io.swarm4j.compose;

import io.swarm4j.model.Check;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Dependency;
import io.swarm4j.model.Dependency.DependencyCondition;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.Fault.Code;
import io.swarm4j.model.Names;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.ServiceSpecBuilder;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.TaskSpecBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a service of the top-level section {@code services}. */
final class ServiceReader {
  static final Vocabulary LOGGING = Vocabulary.of("driver", "options");

  /** Stands for what was refused, so that the model still judges the rest; it is never used. */
  private static final String REFUSED = "refused";

  /** An extension: the dependency ends after the service that needs it. */
  private static final String STOP_IN_REVERSE = "x-stop-in-reverse";

  static final Vocabulary DEPENDENCY =
      Vocabulary.of("condition", STOP_IN_REVERSE)
          .refuse("restart", "dependents are not restarted in swarm mode; remove the key")
          .refuse("required", "a dependency is always required; remove the key");
  static final Vocabulary KEYS = ServiceKeys.vocabulary();
  private static final Map<String, DependencyCondition> CONDITIONS =
      Map.of(
          "service_started", DependencyCondition.STARTED,
          "service_healthy", DependencyCondition.HEALTHY,
          "service_completed_successfully", DependencyCondition.COMPLETED);

  private final Set<String> names;
  private final Map<String, List<String>> waits = new HashMap<>();
  private final List<String> refused = new ArrayList<>();
  private final ContainerReader containers;
  private final AttachmentReader attachments;

  /**
   * @param names short names of all services of the file
   */
  ServiceReader(Definitions definitions, Set<String> names) {
    this.names = names;
    containers = new ContainerReader(definitions);
    attachments = new AttachmentReader(definitions);
  }

  /** For which services each of those read so far waits, refused ones included, by short name. */
  Map<String, List<String>> waits() {
    return waits;
  }

  /** Names in the swarm of those of which nothing can be said further. */
  List<String> refused() {
    return refused;
  }

  /**
   * The spec, without what was refused of it; null if that leaves nothing. What was refused is a
   * fault.
   */
  @Nullable ServiceSpec read(Value section, String shortName) {
    Fields service = Fields.of(section, KEYS);
    ServiceSpec spec = section.isMapping() ? spec(section, service, shortName) : null;
    if (spec == null) {
      refused.add(prefixed(section, shortName));
    }
    return spec;
  }

  private @Nullable ServiceSpec spec(Value section, Fields service, String shortName) {
    String name = prefixed(section, shortName);
    boolean named = isName(section, name);
    Fields deploy = service.child("deploy", DeployReader.KEYS);
    ServiceMode mode = DeployReader.mode(deploy);
    TaskSpec task = task(service, deploy, shortName, mode);
    Map<String, String> labels = Definition.labels(deploy);
    labels.put(Stack.IMAGE_LABEL, task.container().image());
    ServiceSpecBuilder builder =
        ServiceSpec.builder()
            .name(named ? name : REFUSED)
            .labels(labels)
            .mode(mode)
            .endpoint(endpoint(service, deploy));
    deploy.ifPresent("update_config", DeployReader::update, builder::update);
    deploy.ifPresent("rollback_config", DeployReader::rollback, builder::rollback);
    deploy.ifPresent(
        ExtensionReader.ON_DISCONNECT, ExtensionReader::disconnect, builder::disconnect);
    deploy.ifPresent(ExtensionReader.JOB, ExtensionReader::job, builder::job);
    Origins origins =
        Origins.at(section)
            .put("update", deploy.at("update_config"))
            .put("rollback", deploy.at("rollback_config"))
            .put("job", deploy.at(ExtensionReader.JOB))
            .put("disconnect", deploy.at(ExtensionReader.ON_DISCONNECT))
            .put(
                "task.placement.maxReplicasPerNode",
                deploy.child("placement", DeployReader.PLACEMENT).at("max_replicas_per_node"));
    ServiceSpec spec = section.reading().build(origins, () -> builder.task(task).build());
    return named && !section.reading().isFaulty(deploy.at("mode").path()) ? spec : null;
  }

  private TaskSpec task(Fields service, Fields deploy, String shortName, ServiceMode mode) {
    ContainerSpec container = containers.read(service);
    List<Placed<NetworkAttachmentSpec>> networks = attachments.read(service, shortName, mode);
    List<Placed<Dependency>> dependencies = dependencies(service, shortName);
    TaskSpecBuilder builder =
        TaskSpec.builder()
            .resources(ResourceReader.read(deploy))
            .placement(DeployReader.placement(deploy))
            .networks(Placed.specs(networks))
            .dependsOn(Placed.specs(dependencies));
    deploy.ifPresent("restart_policy", DeployReader::restart, builder::restart);
    service.ifPresent("logging", ServiceReader::logging, builder::logDriver);
    Origins origins =
        Origins.at(service.section())
            .putAll("networks", Placed.places(networks))
            .putAll("dependsOn", Placed.places(dependencies));
    builder.container(container == null ? ContainerSpec.of(REFUSED) : container);
    TaskSpec task = service.section().reading().build(origins, builder::build);
    return task == null ? TaskSpec.of(REFUSED) : task;
  }

  private static boolean isName(Value section, String name) {
    Boolean valid =
        section
            .reading()
            .build(
                Origins.at(section),
                () -> {
                  Names.dnsLabel(Check.of("ServiceSpec"), name, "name").orThrow();
                  return true;
                });
    return Boolean.TRUE.equals(valid);
  }

  private static String prefixed(Value at, String shortName) {
    return at.reading().options().stackName() + "_" + shortName;
  }

  private static TaskSpec.LogDriver logging(Value section) {
    Fields fields = Fields.of(section, LOGGING);
    return new TaskSpec.LogDriver(
        Optional.ofNullable(fields.text("driver")).orElse(""), fields.textMap("options"));
  }

  private static EndpointSpec endpoint(Fields service, Fields deploy) {
    EndpointSpec.EndpointMode mode = DeployReader.endpointMode(deploy);
    List<Placed<PortSpec>> ports = PortReader.published(service);
    // the model numbers only the ports that have a fixed number
    List<Value> fixed =
        ports.stream().filter(port -> port.spec().published() != 0).map(Placed::at).toList();
    Origins origins = Origins.at(service.at("ports")).putAll("ports", fixed);
    EndpointSpec endpoint =
        service
            .section()
            .reading()
            .build(origins, () -> new EndpointSpec(mode, Placed.specs(ports)));
    return endpoint == null ? EndpointSpec.NONE : endpoint;
  }

  private List<Placed<Dependency>> dependencies(Fields service, String shortName) {
    Value section = service.get("depends_on");
    boolean longForm = section != null && section.isMapping();
    Map<String, Value> wanted = section == null ? Map.of() : section.named("service");
    List<Placed<Dependency>> dependencies = new ArrayList<>();
    wanted.forEach(
        (name, at) -> {
          if (!names.contains(name)) {
            String meant =
                Nearest.of(name, names).map(near -> "; did you mean '" + near + "'?").orElse("");
            at.fault(
                Code.UNKNOWN_REFERENCE,
                name,
                "service '" + Value.shorten(name) + "' is not defined in this file" + meant);
          } else if (name.equals(shortName)) {
            at.fault(Code.CONTRADICTION, name, "a service cannot wait for itself; remove it");
          } else {
            waits.computeIfAbsent(shortName, key -> new ArrayList<>()).add(name);
            String target = prefixed(at, name);
            dependencies.add(
                new Placed<>(
                    longForm
                        ? dependency(target, at)
                        : new Dependency(target, DependencyCondition.STARTED, false),
                    at));
          }
        });
    return dependencies;
  }

  private static Dependency dependency(String service, Value at) {
    Fields fields = Fields.optional(at, DEPENDENCY);
    DependencyCondition condition =
        Optional.ofNullable(
                fields.<DependencyCondition>map("condition", value -> value.oneOf(CONDITIONS)))
            .orElse(DependencyCondition.STARTED);
    return new Dependency(service, condition, fields.bool(STOP_IN_REVERSE));
  }
}
