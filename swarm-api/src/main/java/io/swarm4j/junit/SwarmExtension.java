package io.swarm4j.junit;

import io.swarm4j.junit.SwarmTest.Kind;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs a {@link SwarmTest} once for each of its seeds. */
public final class SwarmExtension implements TestTemplateInvocationContextProvider {
  private static final String SEED = "swarm4j.seed";

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getElement(), SwarmTest.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    SwarmTest test =
        AnnotationSupport.findAnnotation(context.getElement(), SwarmTest.class).orElseThrow();
    if (test.kind() == Kind.IN_JVM) {
      return Stream.of(new RealRun(test));
    }
    return seeds(context, test).mapToObj(seed -> new SimulatedRun(test, seed));
  }

  private static LongStream seeds(ExtensionContext context, SwarmTest test) {
    String only =
        context.getConfigurationParameter(SEED).orElseGet(() -> System.getProperty(SEED, ""));
    if (!only.isBlank()) {
      try {
        return LongStream.of(Long.parseLong(only.strip()));
      } catch (NumberFormatException invalid) {
        throw new ExtensionConfigurationException(
            SEED + " is '" + only + "', which is not a number", invalid);
      }
    }
    if (test.seeds() < 1) {
      throw new ExtensionConfigurationException(
          "@SwarmTest(seeds = " + test.seeds() + "): at least one run is needed");
    }
    return LongStream.range(test.firstSeed(), test.firstSeed() + test.seeds());
  }
}
