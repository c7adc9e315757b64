package io.swarm4j.orchestrator;

import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.model.Service;
import io.swarm4j.model.VersionedPayload;
import io.swarm4j.store.Change;
import io.swarm4j.store.Transaction;
import java.util.List;

/**
 * Has services whose references ask for that replace their tasks, under their update policy, when
 * there is a new version of a secret or config.
 */
public final class PayloadChanges implements Reconciler {

  @Override
  public void begin(Control control, Transaction tx) {
    // A version and what follows from it are one entry of the log: nothing is left half done.
  }

  @Override
  public void reconcile(List<Change> changes, Transaction tx) {
    for (Change change : changes) {
      if (change.before() == null && change.after() instanceof VersionedPayload news) {
        follow(tx, news.which());
      }
    }
  }

  private static void follow(Transaction tx, PayloadVersion news) {
    if (news.version() == 1) {
      return;
    }
    for (Service service : tx.services()) {
      if (!service.isRemoved()
          && service.spec().task().container().payloads().stream()
              .anyMatch(each -> each.onChange() == ChangePolicy.RESTART && each.follows(news))) {
        ServiceWrites.force(tx, service);
      }
    }
  }

  @Override
  public void end() {
    // it keeps nothing
  }
}
