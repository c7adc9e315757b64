package io.swarm4j.engine.json;

import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.store.View;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Lists of services. Their texts are kept from one list to the next, since most services do not
 * change in between; only their tasks are counted anew. Thread-safe.
 */
public final class ServiceTexts {
  private static final byte[] STATUS =
      ",\"ServiceStatus\":".getBytes(java.nio.charset.StandardCharsets.UTF_8);

  private View writtenFor = View.EMPTY;
  private Map<ServiceId, Text> texts = new HashMap<>();

  /** A service and its JSON, without the brace at the end. */
  private record Text(Service service, byte[] json) {}

  /**
   * The array of some services of a view.
   *
   * @param counts whether to count the tasks of each
   */
  public synchronized byte[] list(List<Service> services, boolean counts, View view) {
    forget(view);
    ByteArrayBuilder out = new ByteArrayBuilder(1 << 12);
    out.append('[');
    Iterator<Service> rest = services.iterator();
    while (rest.hasNext()) {
      Service service = rest.next();
      out.write(text(service, view));
      if (counts) {
        out.write(STATUS);
        out.write(strip(Json.bytes(ServiceJson.counts(service, view)), 1));
      }
      out.append('}');
      if (rest.hasNext()) {
        out.append(',');
      }
    }
    out.append(']');
    out.append('\n');
    return out.toByteArray();
  }

  private byte[] text(Service service, View view) {
    Text known = texts.get(service.id());
    if (known == null || known.service() != service) {
      known = new Text(service, strip(Json.bytes(ServiceJson.write(service, false, view)), 2));
      texts.put(service.id(), known);
    }
    return known.json();
  }

  /** Drops what holds ids of networks, secrets and configs that changed, and removed services. */
  private void forget(View view) {
    if (!view.sharesReferencesWith(writtenFor)) {
      texts = new HashMap<>();
    } else {
      texts.keySet().removeIf(id -> view.service(id) == null);
    }
    writtenFor = view.referencesOnly();
  }

  private static byte[] strip(byte[] json, int end) {
    return java.util.Arrays.copyOf(json, json.length - end);
  }
}
