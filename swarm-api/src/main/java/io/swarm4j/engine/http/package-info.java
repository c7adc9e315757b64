/**
 * A small HTTP/1.1 server for APIs: bounded, streaming, with connections that can be taken over.
 */
@NullMarked
package io.swarm4j.engine.http;

import org.jspecify.annotations.NullMarked;
