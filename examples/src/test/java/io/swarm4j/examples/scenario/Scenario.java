package io.swarm4j.examples.scenario;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The acceptance scenarios that a test carries out, such as {@code SC-013}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Scenario {

  /** Their numbers. */
  String[] value();

  /** Where today's reference differs from the narrated one, what we do; empty if nowhere. */
  String note() default "";
}
