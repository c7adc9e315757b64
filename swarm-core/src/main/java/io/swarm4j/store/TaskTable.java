package io.swarm4j.store;

import io.swarm4j.model.NodeId;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tasks and their indexes while they are being edited.
 *
 * <p>Editors of inner maps stay open until the next freeze, so that thousands of tasks of one
 * service or node copy each path once.
 */
final class TaskTable {
  private final PersistentMap.Editor<TaskId, Task> tasks;
  private final PersistentMap.Editor<ServiceId, PersistentMap<SlotKey, List<TaskId>>> slots;
  private final PersistentMap.Editor<NodeId, PersistentSet<TaskId>> onNode;
  private final Map<ServiceId, PersistentMap.Editor<SlotKey, List<TaskId>>> openSlots =
      new LinkedHashMap<>();
  private final Map<NodeId, PersistentSet.Editor<TaskId>> openNodes = new LinkedHashMap<>();
  private @Nullable ServiceId lastService;
  private PersistentMap.@Nullable Editor<SlotKey, List<TaskId>> lastSlots;

  TaskTable(Tables base) {
    this.tasks = base.tasks().edit();
    this.slots = base.slots().edit();
    this.onNode = base.onNode().edit();
  }

  @Nullable Task get(TaskId id) {
    return tasks.get(id);
  }

  int size() {
    return tasks.size();
  }

  void put(Task task) {
    Task before = tasks.put(task.id(), task);
    if (before == null) {
      link(task);
      if (task.nodeId() != null) {
        nodeEditor(task.nodeId()).add(task.id());
      }
    } else if (before.nodeId() != task.nodeId()) {
      moveNode(before.nodeId(), task);
    }
  }

  private void moveNode(@Nullable NodeId from, Task task) {
    if (from != null && !from.equals(task.nodeId())) {
      nodeEditor(from).remove(task.id());
    }
    if (task.nodeId() != null) {
      nodeEditor(task.nodeId()).add(task.id());
    }
  }

  @Nullable Task remove(TaskId id) {
    Task before = tasks.remove(id);
    if (before != null) {
      unlink(before);
      if (before.nodeId() != null) {
        nodeEditor(before.nodeId()).remove(id);
      }
    }
    return before;
  }

  private void link(Task task) {
    PersistentMap.Editor<SlotKey, List<TaskId>> editor = slotEditor(task.serviceId());
    List<TaskId> there = editor.get(task.slot());
    if (there == null) {
      editor.put(task.slot(), List.of(task.id()));
    } else {
      List<TaskId> more = new ArrayList<>(there.size() + 1);
      more.addAll(there);
      more.add(task.id());
      editor.put(task.slot(), List.copyOf(more));
    }
  }

  private void unlink(Task task) {
    PersistentMap.Editor<SlotKey, List<TaskId>> editor = slotEditor(task.serviceId());
    List<TaskId> there = editor.get(task.slot());
    if (there != null) {
      List<TaskId> fewer = there.stream().filter(id -> !id.equals(task.id())).toList();
      if (fewer.isEmpty()) {
        editor.remove(task.slot());
      } else {
        editor.put(task.slot(), fewer);
      }
    }
  }

  List<Task> of(ServiceId service) {
    List<Task> found = new ArrayList<>();
    flushSlots(service).forEach((slot, ids) -> ids.forEach(id -> found.add(existing(id))));
    return found;
  }

  List<Task> in(ServiceId service, SlotKey slot) {
    List<TaskId> ids = slotEditor(service).get(slot);
    List<Task> found = new ArrayList<>(ids == null ? 0 : ids.size());
    if (ids != null) {
      ids.forEach(id -> found.add(existing(id)));
    }
    return found;
  }

  List<SlotKey> slotsOf(ServiceId service) {
    List<SlotKey> keys = new ArrayList<>();
    flushSlots(service).keys().forEach(keys::add);
    return keys;
  }

  List<Task> on(NodeId node) {
    List<Task> found = new ArrayList<>();
    for (TaskId id : nodeEditor(node).freeze()) {
      found.add(existing(id));
    }
    return found;
  }

  private Task existing(TaskId id) {
    Task task = tasks.get(id);
    if (task == null) {
      throw new IllegalStateException("an index names task " + id + ", which does not exist");
    }
    return task;
  }

  private PersistentMap<SlotKey, List<TaskId>> flushSlots(ServiceId service) {
    return slotEditor(service).freeze();
  }

  private PersistentMap.Editor<SlotKey, List<TaskId>> slotEditor(ServiceId service) {
    if (lastSlots != null && service.equals(lastService)) {
      return lastSlots;
    }
    PersistentMap.Editor<SlotKey, List<TaskId>> editor = openSlots.get(service);
    if (editor == null) {
      PersistentMap<SlotKey, List<TaskId>> stored = slots.get(service);
      editor = (stored == null ? PersistentMap.<SlotKey, List<TaskId>>empty() : stored).edit();
      openSlots.put(service, editor);
    }
    lastService = service;
    lastSlots = editor;
    return editor;
  }

  private PersistentSet.Editor<TaskId> nodeEditor(NodeId node) {
    PersistentSet.Editor<TaskId> editor = openNodes.get(node);
    if (editor == null) {
      PersistentSet<TaskId> stored = onNode.get(node);
      editor = (stored == null ? PersistentSet.<TaskId>empty() : stored).edit();
      openNodes.put(node, editor);
    }
    return editor;
  }

  /** The three tables as they are now; editing may go on afterwards. */
  Frozen freeze() {
    openSlots.forEach(
        (service, editor) -> {
          if (editor.isEmpty()) {
            slots.remove(service);
          } else {
            slots.put(service, editor.freeze());
          }
        });
    openNodes.forEach(
        (node, editor) -> {
          if (editor.isEmpty()) {
            onNode.remove(node);
          } else {
            onNode.put(node, editor.freeze());
          }
        });
    openSlots.clear(); // so that a savepoint costs no more than what was touched since the last
    openNodes.clear();
    lastService = null;
    lastSlots = null;
    return new Frozen(tasks.freeze(), slots.freeze(), onNode.freeze());
  }

  record Frozen(
      PersistentMap<TaskId, Task> tasks,
      PersistentMap<ServiceId, PersistentMap<SlotKey, List<TaskId>>> slots,
      PersistentMap<NodeId, PersistentSet<TaskId>> onNode) {}
}
