package io.swarm4j.engine;

import io.swarm4j.Swarm;
import io.swarm4j.engine.http.Response;
import io.swarm4j.engine.json.Json;
import io.swarm4j.engine.json.TaskJson;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.store.View;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** {@code /tasks}. */
final class TaskRoutes {
  private final Access access;

  TaskRoutes(Access access) {
    this.access = access;
  }

  void addTo(Routes routes) {
    routes.get("/tasks", this::list).get("/tasks/{id}", this::inspect);
  }

  private Response list(Call call) {
    Filters filters =
        call.filters(
            "id", "name", "service", "node", "label", "desired-state", "runtime", "_up-to-date");
    Swarm swarm = access.swarm();
    Set<ServiceId> services = new LinkedHashSet<>();
    filters.get("service").forEach(ref -> services.add(swarm.services().get(ref).id()));
    Set<NodeId> nodes = new LinkedHashSet<>();
    filters.get("node").forEach(ref -> nodes.add(node(swarm, ref)));
    View view = swarm.view();
    TaskJson json = new TaskJson(view);
    List<Task> found =
        candidates(view, services, nodes).stream()
            .filter(task -> nodes.isEmpty() || nodes.contains(task.nodeId()))
            .filter(task -> matches(task, filters, view))
            .toList();
    return Answers.json(Json.list(found, json::write));
  }

  private NodeId node(Swarm swarm, String reference) {
    var self = access.seat().self();
    return reference.equals("self") && self != null ? self.id() : swarm.nodes().get(reference).id();
  }

  private static List<Task> candidates(View view, Set<ServiceId> services, Set<NodeId> nodes) {
    List<Task> candidates = new ArrayList<>();
    if (!services.isEmpty()) {
      services.forEach(service -> candidates.addAll(view.tasksOf(service)));
    } else if (!nodes.isEmpty()) {
      nodes.forEach(node -> candidates.addAll(view.tasksOn(node)));
    } else {
      candidates.addAll(view.tasks());
    }
    return candidates;
  }

  private static boolean matches(Task task, Filters filters, View view) {
    return filters.prefix("id", task.id().toString())
        && filters.any("name", wanted -> view.nameOf(task).startsWith(wanted))
        && filters.any("desired-state", state -> state.equals(task.desiredState().text()))
        && filters.is("runtime", "container")
        && (!filters.has("label") || hasLabels(task, filters, view))
        && (!filters.truth("_up-to-date", false) || isUpToDate(task, view));
  }

  private static boolean hasLabels(Task task, Filters filters, View view) {
    ServiceSpec spec = view.specOf(task);
    return filters.labels("label", spec.labels(), spec.task().container().labels());
  }

  private static boolean isUpToDate(Task task, View view) {
    Service service = view.service(task.serviceId());
    return service != null
        && (task.specVersion() == service.specVersion()
            || view.specOf(task).task().equals(service.spec().task()));
  }

  private Response inspect(Call call) {
    Swarm swarm = access.swarm();
    Task task = swarm.tasks().get(call.variable("id"));
    return Answers.json(new TaskJson(swarm.view()).write(task));
  }
}
