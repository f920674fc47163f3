/** A machine with systemd and SSH, as a container: what a `SystemdService` tells it to do is done on it. */
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { SystemdService, type SystemdServiceArgs } from "../../../components/systemd/service.ts";
import { deploy, plain } from "../../support/deploy.ts";
import { until } from "../../support/until.ts";
import { labImage } from "../../lab/host/image.ts";

const execute = promisify(execFile);
// systemd mounts folders for its services and writes into its own cgroups; more of the host it cannot touch.
const rights = [
  ...["--cap-add", "SYS_ADMIN", "--cgroupns", "private", "--tmpfs", "/run", "--tmpfs", "/run/lock"],
  ...["--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
];

export interface Result {
  readonly code: number;
  readonly output: string;
}

export type ServiceArgs = Omit<SystemdServiceArgs, "connection">;

export class SystemdHost {
  readonly name = `synfleet-systemd-${randomBytes(4).toString("hex")}`;
  port = 0;
  /** Public key of the machine. */
  hostKey = "";
  /** Private key with which `root` and `maintainer`, who has sudo, log in. */
  privateKey = "";

  async start(): Promise<void> {
    const image = await labImage("host");
    const published = ["--publish", "127.0.0.1::22"];
    await execute("docker", [
      "run",
      "--detach",
      "--name",
      this.name,
      ...rights,
      ...published,
      image,
    ]);
    await until("systemd runs", async () => {
      const { output } = await this.run("systemctl is-system-running || true");
      return /^(running|degraded)$/m.test(output) || undefined;
    });
    await this.must(`useradd --create-home --shell /bin/bash maintainer
      echo 'maintainer ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/maintainer
      ssh-keygen -q -t ed25519 -N '' -f /root/key
      for home in /root /home/maintainer; do
        install -d -m 700 $home/.ssh && cp /root/key.pub $home/.ssh/authorized_keys
      done
      chown -R maintainer: /home/maintainer/.ssh`);
    this.hostKey = (await this.must("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub")).trim();
    await this.must(`echo "localhost ${this.hostKey}" > /root/known_hosts`);
    this.privateKey = await this.must("cat /root/key");
    const { stdout } = await execute("docker", ["port", this.name, "22"]);
    this.port = Number(stdout.trim().split(":").at(-1));
  }

  async stop(): Promise<void> {
    await execute("docker", ["rm", "--force", "--volumes", this.name]).catch(() => undefined);
  }

  async copy(from: string, to: string): Promise<void> {
    await execute("docker", ["cp", from, `${this.name}:${to}`]);
  }

  /** Runs a shell's text on it, as root. */
  run(text: string, input = ""): Promise<Result> {
    return this.#exec(["sh", "-c", text], input);
  }

  async must(text: string, input = ""): Promise<string> {
    const { code, output } = await this.run(text, input);
    if (code !== 0) throw new Error(`${text}: exit code ${code}: ${output}`);
    return output;
  }

  /** A program that is written into it. */
  async program(path: string, text: string): Promise<void> {
    await this.must(`cat > ${path} && chmod 755 ${path}`, text);
  }

  /** What the component's command does over SSH, from the machine to itself. */
  async apply(
    args: ServiceArgs,
    { user = "root", what = "create", cut = 0 } = {},
  ): Promise<Result> {
    const resources = await deploy(() => {
      const connection = { host: "localhost", hostKey: this.hostKey, user };
      new SystemdService("service", { ...args, connection });
    });
    const { inputs } = resources.find(({ custom }) => custom)!;
    const options = [
      ...["UserKnownHostsFile=/root/known_hosts", "StrictHostKeyChecking=yes"],
      ...["HostKeyAlgorithms=ssh-ed25519", "LogLevel=ERROR"],
    ].flatMap((option) => ["-o", option]);
    return this.#exec(
      ["ssh", "-i", "/root/key", ...options, `${user}@localhost`, inputs[what]],
      String(plain(inputs["stdin"])).slice(0, cut > 0 ? -cut : undefined),
    );
  }

  #exec(words: readonly string[], input: string): Promise<Result> {
    return new Promise((resolve, reject) => {
      const child = spawn("docker", ["exec", "--interactive", this.name, ...words]);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => (output += text));
      }
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? -1, output }));
      child.stdin.on("error", () => undefined).end(input);
    });
  }
}
