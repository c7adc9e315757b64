package io.swarm4j.examples;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What runs tasks, as written on the command line. */
enum RuntimeKind {
  IN_JVM,
  PROCESS,
  DOCKER;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Reads it; {@code jvm} is short for {@code in-jvm}. */
  static final class Reader implements ITypeConverter<RuntimeKind> {
    @Override
    public RuntimeKind convert(String text) {
      for (RuntimeKind kind : values()) {
        if (kind.toString().equals(text) || kind.toString().equals("in-" + text)) {
          return kind;
        }
      }
      throw new TypeConversionException("'" + text + "' is none of in-jvm, process, docker");
    }
  }
}
