package io.swarm4j.testing;

import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.engine.support.descriptor.MethodSource;

/** The feature identifiers that stand at a test method and at the classes around it. */
final class Features {

  private static final Pattern ID = Pattern.compile("[A-Z][0-9]{2}|SC-[0-9]{3}");

  private Features() {}

  static Set<String> of(MethodSource test) {
    Set<String> ids = new TreeSet<>();
    collect(test.getJavaMethod(), ids);
    for (Class<?> c = test.getJavaClass(); c != null; c = c.getEnclosingClass()) {
      collect(c, ids);
    }
    return ids;
  }

  private static void collect(AnnotatedElement element, Set<String> ids) {
    AnnotationSupport.findAnnotation(element, Feature.class)
        .ifPresent(
            feature ->
                Arrays.stream(feature.value()).map(id -> checked(id, element)).forEach(ids::add));
  }

  private static String checked(String id, AnnotatedElement element) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          ("@Feature(\"%s\") at %s: a feature is a capital letter and two digits, such as J17,"
                  + " a scenario SC- and three digits")
              .formatted(id, element));
    }
    return id;
  }
}
