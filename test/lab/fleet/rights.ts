/**
 * What a container needs to be a server: systemd, a Docker Engine and nftables in it. `--privileged` asks for more than a machine may have
 * to give. Left out is what would reach the machine itself: its clock, its modules, its disks.
 */
export const rights = [
  ...["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE"],
  ...["--cap-drop", "SYS_TIME", "--cap-drop", "SYS_MODULE", "--cap-drop", "SYS_RAWIO"],
  ...["seccomp", "apparmor", "systempaths"].flatMap((wall) => [
    "--security-opt",
    `${wall}=unconfined`,
  ]),
  ...["--cgroupns", "private", "--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp"],
  // Loop devices; and what has number 10: their control, tunnels, FUSE.
  ...["--device-cgroup-rule", "b 7:* rwm", "--device-cgroup-rule", "c 10:* rwm"],
];
