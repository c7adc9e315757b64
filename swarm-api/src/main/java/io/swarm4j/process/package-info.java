/**
 * A runtime whose tasks are processes of the host, for machines without Docker.
 *
 * <p>An image is a command that {@link io.swarm4j.process.ProcessImages} knows by name, or the
 * image {@code process}, which takes its command from the service. A task sees the files of the
 * host and runs as the user of this JVM; it has its own session, environment, working directory,
 * log and, where control groups can be written, limits of memory, CPU and processes.
 *
 * <p>It inherits nothing of this JVM's environment. Besides the service's own variables it finds:
 *
 * <ul>
 *   <li>{@code PATH}, {@code HOME} (its working directory), {@code HOSTNAME}
 *   <li>{@code SWARM_TASK_ADDRESS}: the address to listen on, the first of its networks or
 *       127.0.0.1
 *   <li>{@code SWARM_TASK_ADDRESSES}: all of them, separated by blanks
 *   <li>{@code SWARM_TASK_ID}, {@code SWARM_TASK_NAME}, {@code SWARM_TASK_SLOT}, {@code
 *       SWARM_NODE_ADDRESS}
 *   <li>{@code SWARM_SECRETS_DIR}, {@code SWARM_CONFIGS_DIR}: folders in memory, where the machine
 *       has such, with a file for each secret and config; a target that is an absolute path, such
 *       as {@code /etc/app.conf}, stands below the folder under that path
 *   <li>{@code SWARM_TASK_MARK}: tells the task's processes from all others
 * </ul>
 *
 * <p>The text {@code /run/secrets/} in its command, arguments and variables is replaced by the path
 * of its secrets, so that specs written for containers work unchanged.
 */
@NullMarked
package io.swarm4j.process;

import org.jspecify.annotations.NullMarked;
