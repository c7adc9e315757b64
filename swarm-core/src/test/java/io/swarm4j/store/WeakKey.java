package io.swarm4j.store;

/** A key whose hash code is chosen by the test, so that keys collide wholly or in part. */
record WeakKey(int hash, int id) {
  @Override
  public int hashCode() {
    return hash;
  }
}
