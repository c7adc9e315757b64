/**
 * Who may join a swarm and who is who: join tokens, the identity in a node's certificate, and the
 * contract of a certificate authority.
 */
@NullMarked
package io.swarm4j.security;

import org.jspecify.annotations.NullMarked;
