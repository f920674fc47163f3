import type { ResourceValidationPolicy } from "@pulumi/policy";
import { containersOf, podOf, type PodContainer, type PodSpec } from "./pods.ts";

/** What each pod of the stack must have, whatever runs it. Stricter than Pod Security "restricted", which asks for no limits and permits tokens. */
export const podHardened: ResourceValidationPolicy = {
  name: "pod-hardened",
  description:
    "Pods are unprivileged, run as a user that is not root on a file system that they cannot write to, see nothing of their node and no token of the cluster, and have a limit of memory.",
  severity: "high",
  validateResource: (args, report) => {
    const pod = podOf(args);
    for (const problem of [
      ...podProblems(pod),
      ...containersOf(pod).flatMap((container) => containerProblems(pod, container)),
    ])
      report(problem);
  },
};

function podProblems(pod: PodSpec): string[] {
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter(
    (key) => pod[key] === true,
  );
  const folders = (pod.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined);
  return [
    ...shared.map((key) => `${key} is true, allowed: false. Use Services and volumes instead.`),
    ...folders.map(
      ({ name, hostPath }) =>
        `volume ${name} is ${hostPath?.path ?? "a folder"} of the node, allowed: none of the node's. Use a claim, or an emptyDir.`,
    ),
    ...(pod.automountServiceAccountToken === false
      ? []
      : [
          "automountServiceAccountToken is not false: whoever gets into the pod could speak to the API server. Set it to false.",
        ]),
  ];
}

function containerProblems(pod: PodSpec, container: PodContainer): string[] {
  const { name = "?", securityContext: own = {}, resources } = container;
  const user = own.runAsUser ?? pod.securityContext?.runAsUser;
  const { add = [], drop = [] } = own.capabilities ?? {};
  const wrong: [boolean, string][] = [
    [own.privileged === true, "privileged is true, allowed: false"],
    [
      own.allowPrivilegeEscalation !== false,
      "allowPrivilegeEscalation is not false, as which a program may become root",
    ],
    [
      (own.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) !== true || user === 0,
      "it may run as root, allowed: runAsNonRoot with a user that is not 0",
    ],
    [
      own.readOnlyRootFilesystem !== true,
      "readOnlyRootFilesystem is not true. Mount what is written to",
    ],
    [!drop.includes("ALL"), 'capabilities.drop is without "ALL"'],
    [
      add.some((one) => one !== "NET_BIND_SERVICE"),
      `capabilities.add is ${add.join(", ")}, allowed: NET_BIND_SERVICE or none`,
    ],
    [resources?.limits?.memory === undefined, "memory is not limited: it could take its node down"],
  ];
  return wrong.filter(([is]) => is).map(([, what]) => `container ${name}: ${what}.`);
}
