/** An Nginx that does with an Ingress what ingress-nginx does: its words become the directives of the same names. */
import { imageTag } from "../../images/inputs.ts";
import { must } from "../lab/process.ts";

const NAME = "controller";

export interface Ingress {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly tls: readonly { readonly hosts: readonly string[]; readonly secretName: string }[];
    readonly rules: readonly {
      readonly host: string;
      readonly http: { readonly paths: readonly { readonly backend: Backend }[] };
    }[];
  };
}

interface Backend {
  readonly service: { readonly name: string; readonly port: { readonly number: number } };
}

type Secret = Readonly<Record<string, string>>;

export class Controller {
  readonly #kubectl: readonly string[];

  constructor(context: string, namespace: string) {
    this.#kubectl = ["kubectl", "--context", context, "--namespace", namespace];
  }

  /**
   * Serves an Ingress, in place of what it served before. Ends when it does.
   * @param secretOf what is in a Secret of the Ingress' namespace, in base64
   */
  async serve(
    { metadata, spec }: Ingress,
    namespace: string,
    secretOf: (name: string) => Promise<Secret>,
  ): Promise<void> {
    const word = (name: string) =>
      metadata.annotations[`nginx.ingress.kubernetes.io/${name}`] ?? "";
    const { host, http } = spec.rules[0]!;
    const { name, port } = http.paths[0]!.backend.service;
    const backend = `${name}.${namespace}.svc.cluster.local:${port.number}`;
    const [, authority = ""] = word("proxy-ssl-secret").split("/");
    const shown = await secretOf(spec.tls[0]!.secretName);
    const data = { ...shown, "ca.crt": (await secretOf(authority))["ca.crt"]! };
    const conf = `pid /tmp/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((one) => `${one}_temp_path /tmp/${one};`).join(" ")}
  server {
    listen 8443 ssl;
    server_name ${host};
    ssl_certificate /etc/controller/tls.crt;
    ssl_certificate_key /etc/controller/tls.key;
    client_max_body_size ${word("proxy-body-size")};
    location / {
      proxy_pass ${word("backend-protocol").toLowerCase()}://${backend};
      proxy_set_header Host $host;
      proxy_ssl_trusted_certificate /etc/controller/ca.crt;
      proxy_ssl_verify ${word("proxy-ssl-verify")};
      proxy_ssl_name ${word("proxy-ssl-name")};
      proxy_ssl_server_name ${word("proxy-ssl-server-name")};
      proxy_ssl_protocols ${word("proxy-ssl-protocols")};
    }
  }
}
`;
    const all = { ...data, "nginx.conf": Buffer.from(conf).toString("base64") };
    const pod = ["delete", "pod", NAME, "--ignore-not-found", "--grace-period=0", "--force"];
    await must([...this.#kubectl, ...pod]);
    const items = [{ ...secret, data: all }, podOf(imageTag("proxy"))];
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await must([...this.#kubectl, "apply", "--filename", "-"], { input });
    const ready = ["wait", "--for=condition=Ready", `pod/${NAME}`, "--timeout=120s"];
    await must([...this.#kubectl, ...ready]);
  }

  address(): Promise<string> {
    const of = "jsonpath={.status.podIP}";
    return must([...this.#kubectl, "get", "pod", NAME, "--output", of]);
  }
}

const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: NAME } };

const podOf = (image: string) => ({
  ...{ apiVersion: "v1", kind: "Pod", metadata: { name: NAME } },
  spec: {
    ...{ automountServiceAccountToken: false, terminationGracePeriodSeconds: 0 },
    containers: [
      {
        ...{ name: "nginx", image, imagePullPolicy: "Never" },
        command: ["nginx", "-c", "/etc/controller/nginx.conf", "-g", "daemon off;"],
        readinessProbe: { tcpSocket: { port: 8443 }, periodSeconds: 1 },
        volumeMounts: [{ name: "controller", mountPath: "/etc/controller" }],
      },
    ],
    volumes: [{ name: "controller", secret: { secretName: NAME } }],
  },
});
