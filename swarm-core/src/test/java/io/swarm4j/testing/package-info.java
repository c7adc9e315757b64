/** What the tests of every module share; packed into the test-jar of swarm-core. */
@NullMarked
package io.swarm4j.testing;

import org.jspecify.annotations.NullMarked;
