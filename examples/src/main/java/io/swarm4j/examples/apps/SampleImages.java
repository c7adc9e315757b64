package io.swarm4j.examples.apps;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmImages;
import java.time.Duration;

/** The sample applications under their image names. */
public final class SampleImages {
  private static final Duration SLOW = Duration.ofSeconds(10);

  private SampleImages() {}

  /** All sample applications. */
  public static JvmImages all() {
    JvmImages.Builder images = JvmImages.builder();
    site(images, "swarm4j/customer", new Customer());
    site(images, "swarm4j/balance", new Balance());
    site(images, "swarm4j/calc", new Calc());
    site(images, "swarm4j/needsecret", new NeedSecret());
    for (int version = 1; version <= 3; version++) {
      site(images, "swarm4j/payroll:" + version, new Payroll(version));
    }
    site(images, "swarm4j/payroll", new Payroll(3));
    for (String tag : new String[] {"", ":1", ":2"}) {
      images.image("swarm4j/slowstop" + tag, new SlowStop(SLOW));
    }
    return images.build();
  }

  private static void site(JvmImages.Builder images, String name, JvmImage code) {
    images.image(name, code, image -> image.expose(Site.PORT).command("curl", new Curl()));
  }
}
