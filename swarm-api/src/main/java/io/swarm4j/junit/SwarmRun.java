package io.swarm4j.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.platform.commons.support.ReflectionSupport;

/** One run of a test with a swarm of its own, which is started with the first parameter. */
abstract class SwarmRun<T extends AutoCloseable>
    implements TestTemplateInvocationContext,
        ParameterResolver,
        BeforeEachCallback,
        AfterTestExecutionCallback,
        org.junit.jupiter.api.extension.AfterEachCallback {
  private final SwarmTest test;
  private @Nullable T swarm;

  SwarmRun(SwarmTest test) {
    this.test = test;
  }

  SwarmTest test() {
    return test;
  }

  SwarmSetup setup() {
    try {
      return ReflectionSupport.newInstance(test.setup());
    } catch (RuntimeException failed) {
      throw new ExtensionConfigurationException(
          test.setup().getName() + " needs a constructor without parameters", failed);
    }
  }

  abstract T start();

  /** What a parameter of each type gets. */
  abstract Map<Class<?>, Supplier<Object>> parameters(T running);

  /** The types of {@link #parameters}. */
  abstract List<Class<?>> types();

  /** Called after the test, before its swarm is closed. */
  void finish(T running, ExtensionContext context) throws Exception {}

  @Override
  public List<Extension> getAdditionalExtensions() {
    return new ArrayList<>(List.of(this));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    swarm();
  }

  private T swarm() {
    T running = swarm;
    if (running == null) {
      running = start();
      swarm = running;
    }
    return running;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return types().contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Supplier<Object> value = parameters(swarm()).get(parameter.getParameter().getType());
    if (value == null) {
      throw new ExtensionConfigurationException(
          "a swarm test has no parameter of type " + parameter.getParameter().getType());
    }
    return value.get();
  }

  @Override
  public void afterTestExecution(ExtensionContext context) throws Exception {
    T running = swarm;
    if (running != null) {
      finish(running, context);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    T running = swarm;
    swarm = null;
    if (running != null) {
      running.close();
    }
  }
}
