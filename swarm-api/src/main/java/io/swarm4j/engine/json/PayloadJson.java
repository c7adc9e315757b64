package io.swarm4j.engine.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretSpec;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code Secret} and {@code Config} of the Engine API. */
public final class PayloadJson {
  private PayloadJson() {}

  /**
   * Reads {@code SecretSpec}.
   *
   * @param present the data that stand where the request has none; null for a new secret
   */
  public static SecretSpec secret(Fields fields, @Nullable Payload present) {
    return new SecretSpec(
        fields.text("Name", ""), fields.map("Labels"), data(fields, present), templated(fields));
  }

  /**
   * Reads {@code ConfigSpec}.
   *
   * @param present the data that stand where the request has none; null for a new config
   */
  public static ConfigSpec config(Fields fields, @Nullable Payload present) {
    return new ConfigSpec(
        fields.text("Name", ""), fields.map("Labels"), data(fields, present), templated(fields));
  }

  private static Payload data(Fields fields, @Nullable Payload present) {
    return present != null && !fields.says("Data") ? present : new Payload(fields.base64("Data"));
  }

  private static boolean templated(Fields fields) {
    String driver =
        fields.object(
            "Templating",
            templating -> {
              String name = templating.text("Name", "");
              templating.map("Options");
              return name;
            },
            "");
    if (!driver.isEmpty() && !driver.equals("golang")) {
      throw Json.refuse("Templating.Name", driver, "golang");
    }
    return !driver.isEmpty();
  }

  /** Writes a secret, without its data: those never leave the swarm this way. */
  public static ObjectNode write(Secret secret) {
    ObjectNode node = Json.stored(secret.id(), secret.meta());
    node.set("Spec", spec(secret.spec().name(), secret.spec().labels(), secret.spec().templated()));
    return node;
  }

  /** Writes a config with its data. */
  public static ObjectNode write(Config config) {
    ObjectNode node = Json.stored(config.id(), config.meta());
    ObjectNode spec = spec(config.spec().name(), config.spec().labels(), config.spec().templated());
    spec.put("Data", Base64.getEncoder().encodeToString(config.spec().data().bytes()));
    node.set("Spec", spec);
    return node;
  }

  private static ObjectNode spec(String name, Map<String, String> labels, boolean templated) {
    ObjectNode spec = Json.object().put("Name", name);
    spec.set("Labels", Json.map(labels));
    if (templated) {
      spec.putObject("Templating").put("Name", "golang");
    }
    return spec;
  }
}
