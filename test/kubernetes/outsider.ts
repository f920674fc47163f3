/** A pod that is no part of a deployment, and tries which ports it reaches. */
import { must, run } from "../lab/process.ts";

const POD = "outsider";

export class Outsider {
  readonly #kubectl: readonly string[];

  private constructor(context: string, namespace: string) {
    this.#kubectl = ["kubectl", "--context", context, "--namespace", namespace];
  }

  /** In a namespace that is there. */
  static async in(context: string, namespace: string): Promise<Outsider> {
    const outsider = new Outsider(context, namespace);
    const kubectl = (words: readonly string[], input?: object) =>
      must([...outsider.#kubectl, ...words], { input: JSON.stringify(input ?? "") });
    await kubectl(["apply", "--filename", "-"], pod);
    await kubectl(["wait", "--for=condition=Ready", `pod/${POD}`, "--timeout=120s"]);
    return outsider;
  }

  /** Whether a connection to the address is taken. */
  async reaches(address: string, port: number): Promise<boolean> {
    const { code } = await run([
      ...[...this.#kubectl, "exec", POD, "--", "probe", "dial", `${address}:${port}`],
    ]);
    return code === 0;
  }

  async remove(): Promise<void> {
    await must([...this.#kubectl, "delete", "pod", POD, "--grace-period=0", "--force"]);
  }
}

/** What the strictest level of Pod Security permits. */
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: POD },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    },
    containers: [
      {
        ...{ name: "main", image: "lab/probe:1", imagePullPolicy: "Never" },
        args: ["serve", ":8080"],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  },
};
