package io.swarm4j.compose;

/** The keys of a service, and what to do instead of those that a swarm does not have. */
final class ServiceKeys {
  private static final String PER_ENGINE = " belongs to a single engine and is not supported: ";

  private ServiceKeys() {}

  static Vocabulary vocabulary() {
    Vocabulary keys =
        Vocabulary.of(
                "image",
                "command",
                "entrypoint",
                "environment",
                "env_file",
                "labels",
                "ports",
                "expose",
                "networks",
                "volumes",
                "tmpfs",
                "healthcheck",
                "secrets",
                "configs",
                "deploy",
                "depends_on",
                "stop_grace_period",
                "stop_signal",
                "working_dir",
                "user",
                "group_add",
                "hostname",
                "read_only",
                "tty",
                "stdin_open",
                "init",
                "dns",
                "dns_search",
                "dns_opt",
                "extra_hosts",
                "cap_add",
                "cap_drop",
                "privileged",
                "devices",
                "sysctls",
                "ulimits",
                "logging")
            .section("deploy", DeployReader.KEYS)
            .section("healthcheck", HealthReader.KEYS);
    refuseUnused(keys);
    refuseOfTheEngine(keys);
    refuseOldResources(keys);
    return keys;
  }

  private static void refuseUnused(Vocabulary keys) {
    keys.refuse(
            "build",
            "build is not used in swarm mode: build and push the image first, and name it in"
                + " image")
        .refuse(
            "container_name",
            "container_name is not used in swarm mode: tasks are named after service and slot,"
                + " such as web.1; use the service's name or a network alias")
        .refuse("restart", "restart is not used in swarm mode: use deploy.restart_policy")
        .refuse("scale", "scale is not used in swarm mode: use deploy.replicas")
        .refuse(
            "links",
            "links are not used in swarm mode: services on the same network find each other by"
                + " name; use networks and aliases")
        .refuse(
            "external_links",
            "external_links are not used in swarm mode: attach both to an external network")
        .refuse(
            "network_mode",
            "network_mode is not used in swarm mode: use networks; for the node's own network"
                + " define {external: true, name: host} at top level")
        .refuse("extends", "extends is not supported: use an anchor (&name) and a merge key (<<)")
        .refuse("profiles", "profiles are not supported: use one file for each stack")
        .refuse(
            "platform",
            "platform is not supported: use deploy.placement.constraints with node.platform.os"
                + " and node.platform.arch")
        .refuse("pull_policy", "pull_policy is not supported: name the image with its digest")
        .refuse("volume_driver", "volume_driver is not supported: set driver at the volume")
        .refuse("volumes_from", "volumes_from is not supported: mount a named volume in both")
        .refuse("gpus", "gpus is not supported: use deploy.resources.reservations");
  }

  private static void refuseOfTheEngine(Vocabulary keys) {
    keys.refuse("isolation", "isolation" + PER_ENGINE + "remove the key")
        .refuse("runtime", "runtime" + PER_ENGINE + "set it on the node")
        .refuse("domainname", "domainname" + PER_ENGINE + "use hostname with the full name")
        .refuse("mac_address", "mac_address" + PER_ENGINE + "remove the key")
        .refuse("ipc", "ipc" + PER_ENGINE + "remove the key")
        .refuse("pid", "pid" + PER_ENGINE + "remove the key")
        .refuse("userns_mode", "userns_mode" + PER_ENGINE + "set it on the node")
        .refuse("cgroup_parent", "cgroup_parent" + PER_ENGINE + "use deploy.resources")
        .refuse("security_opt", "security_opt" + PER_ENGINE + "use cap_add and cap_drop")
        .refuse("credential_spec", "credential_spec" + PER_ENGINE + "remove the key")
        .refuse("oom_score_adj", "oom_score_adj" + PER_ENGINE + "use deploy.resources")
        .refuse(
            "shm_size",
            "shm_size"
                + PER_ENGINE
                + "mount {type: tmpfs, target: /dev/shm, tmpfs: {size: 64m}} in volumes");
  }

  private static void refuseOldResources(Vocabulary keys) {
    keys.refuse("cpus", "cpus is not used in swarm mode: use deploy.resources.limits.cpus")
        .refuse(
            "mem_limit", "mem_limit is not used in swarm mode: use deploy.resources.limits.memory")
        .refuse(
            "mem_reservation",
            "mem_reservation is not used in swarm mode: use deploy.resources.reservations.memory")
        .refuse("memswap_limit", "memswap_limit is not used in swarm mode: remove the key")
        .refuse("cpu_shares", "cpu_shares is not used in swarm mode: use deploy.resources")
        .refuse("cpu_quota", "cpu_quota is not used in swarm mode: use deploy.resources")
        .refuse("cpuset", "cpuset is not used in swarm mode: use deploy.resources")
        .refuse(
            "pids_limit", "pids_limit is not used in swarm mode: use deploy.resources.limits.pids");
  }
}
