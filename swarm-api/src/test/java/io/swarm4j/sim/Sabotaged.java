package io.swarm4j.sim;

import io.swarm4j.model.StoreObject;
import io.swarm4j.orchestrator.Control;
import io.swarm4j.orchestrator.Reconciler;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A component that sees and writes something else than there is. */
record Sabotaged(
    Reconciler component,
    Predicate<Change> unseen,
    UnaryOperator<StoreObject> sight,
    UnaryOperator<StoreObject> hand)
    implements Reconciler {

  static Sabotaged of(Reconciler component) {
    return new Sabotaged(component, change -> false, UnaryOperator.identity(), object -> object);
  }

  static Reconciler original(Reconciler component) {
    return component instanceof Sabotaged sabotaged ? sabotaged.component : component;
  }

  Sabotaged withoutSeeing(Predicate<Change> changes) {
    return new Sabotaged(component, changes, sight, hand);
  }

  Sabotaged seeing(UnaryOperator<StoreObject> instead) {
    return new Sabotaged(component, unseen, instead, hand);
  }

  Sabotaged writing(UnaryOperator<StoreObject> instead) {
    return new Sabotaged(component, unseen, sight, instead);
  }

  @Override
  public void begin(Control control, Transaction tx) {
    component.begin(control, disguised(tx));
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    List<Change> seen =
        changes.stream().filter(unseen.negate()).map(change -> disguised(change)).toList();
    component.reconcile(seen, disguised(tx));
  }

  @Override
  public void end() {
    component.end();
  }

  private Change disguised(Change change) {
    return new Change(
        change.before() == null ? null : sight.apply(change.before()),
        change.after() == null ? null : sight.apply(change.after()));
  }

  private Transaction disguised(Transaction tx) {
    return (Transaction)
        Proxy.newProxyInstance(
            Transaction.class.getClassLoader(),
            new Class<?>[] {Transaction.class},
            (proxy, method, arguments) -> {
              try {
                if (method.getName().equals("put")) {
                  return tx.put(hand.apply((StoreObject) arguments[0]));
                }
                return seen(method.invoke(tx, arguments));
              } catch (InvocationTargetException failed) {
                throw failed.getCause();
              }
            });
  }

  private Object seen(Object result) {
    if (result instanceof StoreObject object) {
      return sight.apply(object);
    }
    if (result instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof StoreObject) {
      return new java.util.ArrayList<>(
          list.stream().map(object -> sight.apply((StoreObject) object)).toList());
    }
    return result;
  }
}
