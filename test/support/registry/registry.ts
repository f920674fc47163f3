/** A private registry in a lab's network: TLS by an authority of its own, and a login. */
import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { trustedFor } from "../../../components/platform/docker/registry.ts";
import { ensureBaseImage } from "../../../images/base.ts";
import { must } from "../../lab/process.ts";
import type { Fleet } from "../../lab/fleet/fleet.ts";
import type { Host } from "../../lab/fleet/host.ts";
import { until } from "../until.ts";

const settings = `version: 0.1
storage: { filesystem: { rootdirectory: /var/lib/docker-registry } }
http: { addr: ":5000", tls: { certificate: /registry/tls.crt, key: /registry/tls.key } }
auth: { htpasswd: { realm: registry, path: /registry/users } }
`;

export class PrivateRegistry {
  readonly password = `canary-${randomBytes(12).toString("hex")}`;
  readonly address: string;
  readonly caCertificate: string;
  readonly #container: string;
  readonly #folder: string;

  private constructor(container: string, address: string, certificate: string, folder: string) {
    this.#container = container;
    this.address = address;
    this.caCertificate = certificate;
    this.#folder = folder;
  }

  static async start(fleet: Fleet): Promise<PrivateRegistry> {
    await ensureBaseImage(() => undefined);
    const image = "synfleet-test/registry";
    await must(["docker", "build", "--quiet", "--tag", image, import.meta.dirname], {
      environment: { DOCKER_BUILDKIT: "0" },
    });
    const container = `${fleet.name}-registry`;
    const words = ["run", "--detach", "--init", "--name", container, "--network", fleet.name];
    await must(["docker", ...words, image, "sleep", "infinity"]);
    const format = `{{(index .NetworkSettings.Networks "${fleet.name}").IPAddress}}`;
    const ip = await must(["docker", "inspect", "--format", format, container]);
    const inside = (script: string, input = "") =>
      must(["docker", "exec", "--interactive", container, "sh", "-ec", script], { input });
    const certificate = await inside(`mkdir /registry && cd /registry
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=registry \\
        -addext subjectAltName=IP:${ip} -keyout tls.key -out tls.crt 2>/dev/null
      cat tls.crt`);
    const address = `${ip}:5000`;
    const folder = join(fleet.folder, "docker-client");
    const registry = new PrivateRegistry(container, address, `${certificate}\n`, folder);
    await inside("htpasswd -iBc /registry/users team 2>/dev/null", registry.password);
    await inside("cat > /registry/config.yml", settings);
    await must([
      "docker",
      "exec",
      "--detach",
      container,
      "docker-registry",
      "serve",
      "/registry/config.yml",
    ]);
    await until(
      "the registry listens",
      async () =>
        (
          await inside("openssl s_client -connect localhost:5000 </dev/null 2>/dev/null || true")
        ).includes("CONNECTED") || undefined,
    );
    return registry;
  }

  /** What `docker login` leaves on the operator's machine; as environment of whoever runs Docker's client. */
  async login(password = this.password): Promise<NodeJS.ProcessEnv> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const auth = Buffer.from(`team:${password}`).toString("base64");
    const auths = { [this.address]: { auth } };
    await writeFile(join(this.#folder, "config.json"), JSON.stringify({ auths }), { mode: 0o600 });
    return { DOCKER_CONFIG: this.#folder };
  }

  /** Has a host trust it. */
  async trustedBy(host: Host): Promise<void> {
    for (const [path, content] of Object.entries(trustedFor(this))) {
      await host.must(["mkdir", "-p", dirname(path)], { user: "root" });
      await host.must(["tee", path], { user: "root", input: content });
    }
  }

  /** Names of what is kept in it. */
  async repositories(): Promise<string[]> {
    const path = "/var/lib/docker-registry/docker/registry/v2/repositories/team";
    return (await must(["docker", "exec", this.#container, "ls", path])).split("\n").sort();
  }

  async remove(): Promise<void> {
    await must(["docker", "rm", "--force", "--volumes", this.#container]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
