package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Mount.MountType;
import io.swarm4j.model.MountBuilder;

/** {@code Mount} of the Engine API. */
final class MountJson {
  private MountJson() {}

  @SuppressWarnings("NullAway") // builders of other modules do not show what may be null
  static Mount read(Fields fields) {
    MountBuilder mount = MountBuilder.builder();
    mount
        .type(fields.constant("Type", MountType.VOLUME))
        .source(fields.text("Source"))
        .target(fields.text("Target", ""))
        .readOnly(fields.flag("ReadOnly"));
    fields.only("Consistency", "default", "consistent", "cached", "delegated");
    fields.object(
        "BindOptions",
        bind -> {
          mount.propagation(bind.text("Propagation"));
          return mount;
        });
    fields.object(
        "VolumeOptions",
        volume -> {
          mount.noCopy(volume.flag("NoCopy")).labels(volume.map("Labels"));
          volume.object(
              "DriverConfig",
              driver -> mount.driver(driver.text("Name")).driverOptions(driver.map("Options")));
          return mount;
        });
    fields.object(
        "TmpfsOptions",
        tmpfs -> mount.tmpfsBytes(tmpfs.number("SizeBytes")).tmpfsMode(tmpfs.integer("Mode")));
    return mount.build();
  }

  static ObjectNode write(Mount mount) {
    ObjectNode node = Json.object().put("Type", Constants.text(mount.type()));
    Json.putText(node, "Source", mount.source());
    node.put("Target", mount.target());
    Json.putTrue(node, "ReadOnly", mount.readOnly());
    if (mount.propagation() != null) {
      node.putObject("BindOptions").put("Propagation", mount.propagation());
    }
    boolean driver = mount.driver() != null || !mount.driverOptions().isEmpty();
    if (mount.noCopy() || !mount.labels().isEmpty() || driver) {
      ObjectNode volume = node.putObject("VolumeOptions");
      Json.putTrue(volume, "NoCopy", mount.noCopy());
      Json.putMap(volume, "Labels", mount.labels());
      if (driver) {
        ObjectNode config = volume.putObject("DriverConfig");
        Json.putText(config, "Name", mount.driver());
        Json.putMap(config, "Options", mount.driverOptions());
      }
    }
    if (mount.tmpfsBytes() != 0 || mount.tmpfsMode() != 0) {
      ObjectNode tmpfs = node.putObject("TmpfsOptions");
      Json.putNumber(tmpfs, "SizeBytes", mount.tmpfsBytes());
      Json.putNumber(tmpfs, "Mode", mount.tmpfsMode());
    }
    return node;
  }
}
