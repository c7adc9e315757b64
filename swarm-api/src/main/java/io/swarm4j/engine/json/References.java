package io.swarm4j.engine.json;

import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.network.Networks;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a spec refers to. Where the spec before refers to the same object in other words, such
 * as by name and not by id, those words are kept: an update must not replace tasks for a spelling.
 */
record References(State state, @Nullable ServiceSpec present) {

  List<NetworkAttachmentSpec> networks(Fields fields, String field) {
    return fields.objects(field, this::network);
  }

  private NetworkAttachmentSpec network(Fields fields) {
    String target = fields.text("Target", "");
    List<String> aliases = fields.texts("Aliases");
    fields.ignore("DriverOpts", "the overlay driver has no options per attachment");
    Network wanted = Networks.find(state, target);
    if (present != null && wanted != null) {
      for (NetworkAttachmentSpec earlier : present.task().networks()) {
        Network same = Networks.find(state, earlier.network());
        if (same != null && same.id().equals(wanted.id())) {
          return new NetworkAttachmentSpec(earlier.network(), aliases, earlier.address());
        }
      }
    }
    return new NetworkAttachmentSpec(target, aliases, null);
  }

  List<SecretReference> secrets(Fields fields) {
    List<SecretReference> references = new ArrayList<>();
    for (Reference read : fields.objects("Secrets", each -> reference(each, "Secret"))) {
      references.add(secret(read));
    }
    return references;
  }

  private SecretReference secret(Reference read) {
    var wanted = VersionedNames.secret(state, read.object());
    if (present != null && wanted != null) {
      for (SecretReference earlier : present.task().container().secrets()) {
        var same = VersionedNames.secret(state, earlier.secret());
        if (same != null && same.id().equals(wanted.id())) {
          return new SecretReference(earlier.secret(), read.file(), earlier.onChange());
        }
      }
    }
    return new SecretReference(read.object(), read.file(), ChangePolicy.NONE);
  }

  List<ConfigReference> configs(Fields fields) {
    List<ConfigReference> references = new ArrayList<>();
    for (Reference read : fields.objects("Configs", each -> reference(each, "Config"))) {
      references.add(config(read));
    }
    return references;
  }

  private ConfigReference config(Reference read) {
    var wanted = VersionedNames.config(state, read.object());
    if (present != null && wanted != null) {
      for (ConfigReference earlier : present.task().container().configs()) {
        var same = VersionedNames.config(state, earlier.config());
        if (same != null && same.id().equals(wanted.id())) {
          return new ConfigReference(earlier.config(), read.file(), earlier.onChange());
        }
      }
    }
    return new ConfigReference(read.object(), read.file(), ChangePolicy.NONE);
  }

  private static Reference reference(Fields fields, String kind) {
    String id = fields.text(kind + "ID", "");
    String name = fields.text(kind + "Name", "");
    String known = name.isEmpty() ? id : name;
    FileTarget file = fields.object("File", target -> file(target, known), FileTarget.of(known));
    return new Reference(id.isEmpty() ? name : id, file);
  }

  private static FileTarget file(Fields target, String name) {
    Integer mode = target.maybeInteger("Mode");
    return new FileTarget(
        target.text("Name", name),
        target.text("UID", "0"),
        target.text("GID", "0"),
        mode == null ? FileTarget.DEFAULT_MODE : mode);
  }

  /** A secret or config by id or name, and where a task finds it. */
  private record Reference(String object, FileTarget file) {}
}
