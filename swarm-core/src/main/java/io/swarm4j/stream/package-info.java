/**
 * What users exchange with running tasks from a manager: the output of many tasks read as one,
 * commands run beside a task.
 */
@NullMarked
package io.swarm4j.stream;

import org.jspecify.annotations.NullMarked;
