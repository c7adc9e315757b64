package io.swarm4j.compose;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.ServiceSpec;
import java.util.List;
import java.util.Map;

/** Short forms to read compose texts in tests; the stack is called {@code s}. */
final class Yml {
  private Yml() {}

  static Stack read(String text) {
    return ComposeFile.read("c.yml", text, ComposeOptions.of("s"));
  }

  static Stack read(String text, Map<String, String> environment) {
    return ComposeFile.read(
        "c.yml", text, ComposeOptions.builder("s").environment(environment).build());
  }

  /** The service {@code web} with further keys in flow style. */
  static ServiceSpec web(String keys) {
    return read(webText(keys)).services().get(0);
  }

  static ContainerSpec container(String keys) {
    return web(keys).task().container();
  }

  /** What is reported of the service {@code web} with further keys. */
  static List<String> webFaults(String keys) {
    return faults(webText(keys));
  }

  static List<String> faults(String text) {
    ComposeException refused = catchThrowableOfType(ComposeException.class, () -> read(text));
    return refused == null ? List.of() : refused.getMessage().lines().toList();
  }

  private static String webText(String keys) {
    return "services: {web: {image: i" + (keys.isEmpty() ? "" : ", " + keys) + "}}\n";
  }
}
