package io.swarm4j.scheduler;

import io.swarm4j.model.Reason;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskId;
import io.swarm4j.store.State;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one group that wait for a node, first come first served.
 *
 * <p>Once no node took the next one, it knows for each node which filter refused it. From then on
 * only nodes on which something changed are asked again, and only those that pass are tried.
 */
final class WaitingTasks {
  private static final int SPARSE = 64;

  final TaskGroup group;
  private TaskId[] ids = new TaskId[4];
  private int head;
  private int tail;
  private int told;
  private int alive;

  private boolean assessed;
  private byte[] verdicts = new byte[0];
  private Refusals refusals;
  private int[] open = new int[4];
  private int openCount;
  private boolean stale;
  private String text = "";
  private Reason.NoSuitableNode reason = new Reason.NoSuitableNode(List.of());

  /** Whether it is in the queue of groups to be placed. */
  boolean isQueued;

  /** Whether it is in the queue of groups whose tasks are to be told why they wait. */
  boolean isTelling;

  WaitingTasks(TaskGroup group, Checks checks) {
    this.group = group;
    this.refusals = new Refusals(checks);
  }

  void add(TaskId id) {
    if (tail == ids.length) {
      if (head > tail / 2) {
        moveToFront();
      } else {
        ids = Arrays.copyOf(ids, tail * 2);
      }
    }
    ids[tail++] = id;
    alive++;
  }

  private void moveToFront() {
    System.arraycopy(ids, head, ids, 0, tail - head);
    Arrays.fill(ids, tail - head, tail, null);
    told = Math.max(0, told - head);
    tail -= head;
    head = 0;
  }

  /** One task is gone by itself; some time later it is forgotten here. */
  void left(Predicate<TaskId> isWaiting) {
    alive--;
    if (tail - head > 2 * alive + SPARSE) {
      int kept = 0;
      int keptTold = 0;
      for (int i = head; i < tail; i++) {
        if (isWaiting.test(ids[i])) {
          keptTold += i < told ? 1 : 0;
          ids[kept++] = ids[i];
        }
      }
      Arrays.fill(ids, kept, tail, null);
      head = 0;
      tail = kept;
      told = keptTold;
    }
  }

  /** Whether no task waits any more. */
  boolean isDone() {
    return alive == 0;
  }

  boolean isEmpty() {
    return head == tail;
  }

  /** The tasks that came first, null for each that does not wait any more. */
  void read(State state, @Nullable Task[] into) {
    for (int i = 0; i < into.length; i++) {
      Task task = head + i < tail ? state.task(ids[head + i]) : null;
      into[i] = task != null && Standing.of(task) == Standing.WAITING ? task : null;
    }
  }

  /** Takes out the first task, which {@link #left} was not called for. */
  void placed() {
    skip();
    alive--;
  }

  /** Takes out the first task, which is gone already. */
  void skip() {
    ids[head++] = null;
    told = Math.max(told, head);
  }

  /** Whether it is known which nodes refuse the tasks. */
  boolean isAssessed() {
    return assessed;
  }

  /** No node's verdict counts any more. */
  void forgetVerdicts() {
    assessed = false;
    openCount = 0;
  }

  /** Asks all nodes. */
  void assess(Checks checks, int slots) {
    assessed = true;
    verdicts = new byte[slots];
    refusals = new Refusals(checks);
    openCount = 0;
    for (int slot = 0; slot < slots; slot++) {
      verdicts[slot] = (byte) Checks.ABSENT;
      reassess(checks, slot);
    }
    forgetOpen();
    stale = true;
  }

  /** Asks a node again on which something changed; it is open if it passes. */
  void reassess(Checks checks, int slot) {
    if (slot >= verdicts.length) {
      int before = verdicts.length;
      verdicts = Arrays.copyOf(verdicts, Math.max(slot + 1, before * 2));
      Arrays.fill(verdicts, before, verdicts.length, (byte) Checks.ABSENT);
    }
    int before = verdicts[slot];
    int now = checks.firstRefusal(group, slot);
    if (now == before) {
      return;
    }
    verdicts[slot] = (byte) now;
    refusals.count(before, -1);
    refusals.count(now, 1);
    stale = true;
    if (now == Checks.PASS) {
      if (openCount == open.length) {
        open = Arrays.copyOf(open, openCount * 2);
      }
      open[openCount++] = slot;
    }
  }

  /** Slots of nodes that are to be tried, the first {@link #openCount} of the array. */
  int[] open() {
    return open;
  }

  int openCount() {
    return openCount;
  }

  /** The open nodes were tried, and take no more. */
  void close(Checks checks) {
    int tried = openCount;
    openCount = 0;
    for (int i = 0; i < tried; i++) {
      verdicts[open[i]] = (byte) Checks.ABSENT;
      reassess(checks, open[i]);
    }
    forgetOpen();
  }

  /** If a filter changed its mind meanwhile, it is asked again when the node changes. */
  private void forgetOpen() {
    for (int i = 0; i < openCount; i++) {
      verdicts[open[i]] = (byte) Checks.ABSENT;
    }
    openCount = 0;
  }

  /** Puts the verdicts into words, if they changed; whether some task has not been told yet. */
  boolean refresh() {
    if (stale) {
      stale = false;
      Reason.NoSuitableNode newReason = refusals.reason();
      String newText = Refusals.text(newReason);
      if (!newText.equals(text)) {
        text = newText;
        reason = newReason;
        told = head;
      }
    }
    return told < tail;
  }

  String text() {
    return text;
  }

  Reason.NoSuitableNode reason() {
    return reason;
  }

  boolean hasUntold() {
    return told < tail;
  }

  /** The next task that is to be told. */
  TaskId nextUntold() {
    return ids[told++];
  }
}
