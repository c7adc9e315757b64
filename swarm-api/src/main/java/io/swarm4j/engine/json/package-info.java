/** The JSON of the Engine API, to and from the model; the one place that knows Jackson. */
@NullMarked
package io.swarm4j.engine.json;

import org.jspecify.annotations.NullMarked;
