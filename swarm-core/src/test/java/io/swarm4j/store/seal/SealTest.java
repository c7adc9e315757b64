package io.swarm4j.store.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.store.CorruptDataException;
import io.swarm4j.time.Chance;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SealTest {

  @Test
  void whatWasChangedIsNotDecrypted() {
    Seal seal = new Seal(KeyRing.create(Chance.secure()), Chance.secure());
    byte[] context = {1};
    byte[] sealed = seal.seal(new byte[] {7, 8, 9}, context);

    assertThat(seal.open(ByteBuffer.wrap(sealed), context)).containsExactly(7, 8, 9);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 4;
      assertThatThrownBy(() -> seal.open(ByteBuffer.wrap(changed), context))
          .isInstanceOf(CorruptDataException.class);
    }
    assertThatThrownBy(() -> seal.open(ByteBuffer.wrap(sealed), new byte[] {2}))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void afterARotationOldEntriesAreStillRead() {
    KeyRing old = KeyRing.create(Chance.secure());
    Seal seal = new Seal(old, Chance.secure());
    byte[] before = seal.seal(new byte[] {1}, new byte[0]);
    seal.use(old.withNewKey(Chance.secure()));
    byte[] after = seal.seal(new byte[] {2}, new byte[0]);

    assertThat(seal.open(ByteBuffer.wrap(before), new byte[0])).containsExactly(1);
    assertThat(seal.open(ByteBuffer.wrap(after), new byte[0])).containsExactly(2);
    assertThatThrownBy(
            () -> new Seal(old, Chance.secure()).open(ByteBuffer.wrap(after), new byte[0]))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("data key 2 is not on the key ring");
  }

  @Test
  void aKeyThatWasMissedIsAskedFor() {
    KeyRing old = KeyRing.create(Chance.secure());
    KeyRing next = old.withNewKey(Chance.secure());
    byte[] sealed = new Seal(next, Chance.secure()).seal(new byte[] {3}, new byte[0]);

    Seal late = new Seal(old, Chance.secure(), () -> next);

    assertThat(late.open(ByteBuffer.wrap(sealed), new byte[0])).containsExactly(3);
    assertThat(late.ring()).isEqualTo(next);
  }
}
