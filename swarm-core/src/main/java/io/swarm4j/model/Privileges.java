package io.swarm4j.model;

import java.util.List;

/**
 * Rights beyond those of an ordinary task; an admission policy decides whether they are granted.
 *
 * @param privileged all rights of the host
 * @param capabilitiesAdd capabilities such as {@code NET_ADMIN} that are added
 * @param capabilitiesDrop capabilities that are taken away
 * @param devices host devices {@code /dev/x[:/dev/y[:rwm]]} that are passed through
 */
public record Privileges(
    boolean privileged,
    List<String> capabilitiesAdd,
    List<String> capabilitiesDrop,
    List<String> devices) {

  /** An ordinary task. */
  public static final Privileges NONE = new Privileges(false, List.of(), List.of(), List.of());

  public Privileges {
    capabilitiesAdd = Copies.list(capabilitiesAdd);
    capabilitiesDrop = Copies.list(capabilitiesDrop);
    devices = Copies.list(devices);
  }
}
