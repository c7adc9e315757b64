package io.swarm4j.network.lb;

/** A backend as one frontend knows it, together with the counts that all frontends share. */
record Target(Backend backend, BackendState state) {}
