package io.swarm4j.internal;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.Mount;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Template;
import io.swarm4j.model.Template.Call;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what could not be filled in, before a service is stored that has it. */
final class TemplateCheck {
  private final ServiceSpec spec;
  private final List<Fault> faults = new ArrayList<>();

  private TemplateCheck(ServiceSpec spec) {
    this.spec = spec;
  }

  /** All that is wrong with the templates of a service and of the payloads that it uses. */
  static List<Fault> faults(State state, ServiceSpec spec) {
    TemplateCheck check = new TemplateCheck(spec);
    ContainerSpec container = spec.task().container();
    container.env().forEach((name, value) -> check.text("task.container.env." + name, value));
    check.text("task.container.hostname", container.hostname());
    for (Mount mount : container.mounts()) {
      check.text("task.container.mounts." + mount.target(), mount.source());
      check.text("task.container.mounts." + mount.target(), mount.target());
    }
    for (PayloadReference reference : container.payloads()) {
      VersionedPayload payload = VersionedNames.payload(state, reference);
      if (payload != null && payload.templated()) {
        check.template(
            "task.container."
                + (reference.isSecret() ? "secrets." : "configs.")
                + reference.target(),
            read(payload));
      }
    }
    return check.faults;
  }

  /** The template that a payload is. */
  static Template read(VersionedPayload payload) {
    String text = new String(payload.data().bytes(), StandardCharsets.UTF_8);
    return payload.which().secret() ? Template.ofSecret(text) : Template.of(text);
  }

  private void text(String path, @Nullable String text) {
    if (text != null && text.contains("{{")) {
      template(path, Template.of(text));
    }
  }

  private void template(String path, Template template) {
    faults.addAll(template.faults(path));
    for (String label : template.labels()) {
      if (!spec.labels().containsKey(label)) {
        missing(path, "label " + label, "a label of the service; it has " + spec.labels().keySet());
      }
    }
    for (Call call : template.calls()) {
      if (!has(call)) {
        missing(
            path,
            call.function() + " \"" + call.argument() + "\"",
            call.function().equals("env")
                ? "a variable of the service's environment"
                : "the target of a " + call.function() + " that the service is granted");
      }
    }
  }

  private void missing(String path, String value, String accepted) {
    faults.add(new Fault(Fault.Code.UNKNOWN_REFERENCE, path, value, accepted));
  }

  private boolean has(Call call) {
    ContainerSpec container = spec.task().container();
    if (call.function().equals("env")) {
      return container.env().containsKey(call.argument());
    }
    boolean secret = call.function().equals("secret");
    return container.payloads().stream()
        .anyMatch(each -> each.isSecret() == secret && each.file().name().equals(call.argument()));
  }
}
