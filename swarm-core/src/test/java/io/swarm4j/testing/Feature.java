package io.swarm4j.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * The rows of the feature table that a test proves, such as {@code @Feature("J17")}, and the
 * acceptance scenarios that it carries out, such as {@code SC-082}. On a class it counts for each
 * of its tests.
 *
 * <p>At the end of a module's tests {@link FeatureReport} lists what was covered; {@code
 * -Dswarm4j.features=J17,J18} runs the tests of these rows only.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Tag("feature")
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Feature {

  /** Identifiers: of rows a capital letter and two digits, of scenarios SC- and three digits. */
  String[] value();
}
