package io.swarm4j.stream;

import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.store.View;
import java.util.List;

/** Whose output is read. */
public sealed interface LogSource {

  /** The tasks that belong to it now, ended ones included. */
  List<Task> tasks(View view);

  /** Whether more tasks may come to belong to it. */
  boolean mayGrow(View view);

  /** Whether a task belongs to it. */
  boolean contains(View view, Task task);

  /** One task. */
  record OfTask(TaskId id) implements LogSource {
    @Override
    public List<Task> tasks(View view) {
      Task task = view.task(id);
      return task == null ? List.of() : List.of(task);
    }

    @Override
    public boolean mayGrow(View view) {
      return false;
    }

    @Override
    public boolean contains(View view, Task task) {
      return task.id().equals(id);
    }
  }

  /** The tasks of a service, until it is removed. */
  record OfService(ServiceId id) implements LogSource {
    @Override
    public List<Task> tasks(View view) {
      return view.tasksOf(id);
    }

    @Override
    public boolean mayGrow(View view) {
      Service service = view.service(id);
      return service != null && !service.isRemoved();
    }

    @Override
    public boolean contains(View view, Task task) {
      return task.serviceId().equals(id);
    }
  }

  /** The tasks of all services with a label, such as those of a stack. */
  record OfLabel(String key, String value) implements LogSource {
    @Override
    public List<Task> tasks(View view) {
      return view.services().stream()
          .filter(this::has)
          .flatMap(service -> view.tasksOf(service.id()).stream())
          .toList();
    }

    @Override
    public boolean mayGrow(View view) {
      return view.services().stream().anyMatch(each -> !each.isRemoved() && has(each));
    }

    @Override
    public boolean contains(View view, Task task) {
      Service service = view.service(task.serviceId());
      return service != null && has(service);
    }

    private boolean has(Service service) {
      return value.equals(service.spec().labels().get(key));
    }
  }
}
