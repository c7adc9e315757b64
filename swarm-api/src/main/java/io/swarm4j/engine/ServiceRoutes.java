package io.swarm4j.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Fields;
import io.swarm4j.engine.json.Json;
import io.swarm4j.engine.json.ServiceJson;
import io.swarm4j.engine.json.ServiceSpecJson;
import io.swarm4j.engine.json.ServiceTexts;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.store.View;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@code /services}. */
final class ServiceRoutes {
  private final Access access;
  private final RandomNames names;
  private final ServiceTexts texts = new ServiceTexts();

  ServiceRoutes(Access access) {
    this.access = access;
    this.names = new RandomNames(access.seat().time().newChance());
  }

  void addTo(Routes routes) {
    routes
        .get("/services", this::list)
        .later("POST", "/services/create", this::create)
        .get("/services/{id}", this::inspect)
        .later("POST", "/services/{id}/update", this::update)
        .later("DELETE", "/services/{id}", this::remove);
  }

  private Response list(Call call) {
    Filters filters = call.filters("id", "label", "mode", "name", "runtime");
    View view = access.swarm().view();
    boolean counts = call.query().flag("status");
    List<Service> found =
        view.services().stream()
            .filter(service -> !service.isRemoved())
            .filter(service -> filters.prefix("id", service.id().toString()))
            .filter(service -> filters.prefix("name", service.name()))
            .filter(service -> filters.labels("label", service.spec().labels()))
            .filter(service -> filters.is("mode", mode(service.spec().mode())))
            .filter(service -> filters.is("runtime", "container"))
            .toList();
    return Response.of(200, "application/json", texts.list(found, counts, view));
  }

  private static String mode(ServiceMode mode) {
    String kind = mode.isGlobal() ? "global" : "replicated";
    return mode.isJob() ? kind + "-job" : kind;
  }

  private CompletionStage<Response> create(Call call) {
    Swarm swarm = access.swarm();
    Fields body = call.body();
    ServiceSpec spec =
        ServiceSpecJson.read(body.orText("Name", this::freeName), null, swarm.view());
    body.end();
    return swarm
        .services()
        .asGiven() // a client asks for the digest by itself, unless its user does not want that
        .createAsync(spec)
        .thenApply(
            service ->
                Answers.json(
                    201,
                    warnings(Json.object().put("ID", service.id().toString()), body.warnings())));
  }

  private String freeName() {
    View view = access.swarm().view();
    synchronized (names) {
      return names.next(name -> view.serviceNamed(name) != null);
    }
  }

  private static ObjectNode warnings(ObjectNode target, List<String> warnings) {
    if (warnings.isEmpty()) {
      return target.putNull("Warnings");
    }
    ArrayNode array = target.putArray("Warnings");
    warnings.forEach(array::add);
    return target;
  }

  private Response inspect(Call call) {
    Swarm swarm = access.swarm();
    boolean defaults = call.query().flag("insertDefaults");
    Service service = swarm.services().get(call.variable("id"));
    return Answers.json(ServiceJson.write(service, defaults, swarm.view()));
  }

  private CompletionStage<Response> update(Call call) {
    Swarm swarm = access.swarm();
    long version = call.objectVersion("service");
    Service present = swarm.services().get(call.variable("id"));
    String id = present.id().toString();
    String rollback = call.query().get("rollback", "");
    if (rollback.equals("previous")) {
      return swarm.services().rollbackAsync(id, version).thenApply(service -> updated(List.of()));
    } else if (!rollback.isEmpty()) {
      throw new ApiException(400, "unrecognized rollback option " + rollback);
    }
    Fields body = call.body();
    ServiceSpec spec = ServiceSpecJson.read(body, present.spec(), swarm.view());
    body.end();
    return swarm
        .services()
        .asGiven()
        .updateAsync(id, version, spec)
        .thenApply(service -> updated(body.warnings()));
  }

  private static Response updated(List<String> warnings) {
    return Answers.json(warnings(Json.object(), warnings));
  }

  private CompletionStage<Response> remove(Call call) {
    return access
        .swarm()
        .services()
        .removeAsync(call.variable("id"))
        .thenApply(removed -> Answers.done());
  }
}
