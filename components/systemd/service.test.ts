import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { deploy, isSecret, listed, plain } from "../../test/support/deploy.ts";
import { SystemdService, type SystemdServiceArgs } from "./service.ts";
import { synapUnit, type SynapUnitArgs } from "./synap.ts";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRCa644zrKe0Gt5+a/zJTgqg+3CvmypsVXx5ef7WNBu";
const base: SystemdServiceArgs = {
  connection: { host: "server1.example", hostKey, privateKey: "PRIVATE" },
  name: "worker",
  program: "/usr/bin/worker",
  files: {
    "worker.conf": { content: "plain\n" },
    password: { content: pulumi.output("s3cret"), secret: true },
  },
  memoryMiB: 256,
  health: ["/usr/bin/worker", "--it's well?"],
};

async function service(args: Partial<SystemdServiceArgs> = {}) {
  const resources = await deploy(() => {
    new SystemdService("worker", { ...base, ...args });
  });
  const command = resources.find(({ custom }) => custom)!;
  return { resources, inputs: command.inputs };
}

/** What the machine reads: the installation, then a file a line. */
function read(stdin: unknown): string[] {
  const [script, ...lines] = String(plain(stdin)).split("\n");
  expect(Buffer.from(script!, "base64").toString()).toContain("systemctl daemon-reload");
  return lines.map((line) => {
    const [kind, name, content = ""] = line.split(" ");
    return [kind, name, Buffer.from(content, "base64").toString()].join(" ");
  });
}

describe("SystemdService", () => {
  test("is one command over SSH", async () => {
    const { resources, inputs } = await service();
    expect(listed(resources)).toEqual(["Command worker-service", "SystemdService worker"]);
    expect(inputs["create"]).toMatch(
      /^exec \/bin\/sh -c '.*' 'synfleet' 'worker' 'worker' '\/usr\/bin\/worker' '60' '\/usr\/bin\/worker' '--it'\\''s well\?'$/,
    );
    expect(inputs["delete"]).toContain("systemctl disable --quiet --now");
    expect(inputs["update"]).toBeUndefined();
    expect(inputs["triggers"]).toEqual(["server1.example", 22, "worker"]);
  });

  test("verifies the machine, and keeps the key secret", async () => {
    const { connection } = (await service()).inputs;
    expect(isSecret(connection) || isSecret(connection.privateKey)).toBe(true);
    expect(plain(plain(connection).privateKey)).toBe("PRIVATE");
    expect(plain(connection)).toMatchObject({ host: "server1.example", user: "root", hostKey });
  });

  test("brings files by standard input alone, secret where one of them is", async () => {
    const { inputs, resources } = await service();
    expect(isSecret(inputs["stdin"])).toBe(true);
    const lines = read(inputs["stdin"]);
    expect(lines[0]).toMatch(/^unit unit # Written by Synfleet/);
    expect(lines.slice(-4)).toEqual([
      "secret password s3cret",
      "plain worker.conf plain\n",
      "end  ",
      "  ",
    ]);
    const { stdin: _, ...others } = inputs;
    expect(JSON.stringify([others, resources[0]!.inputs])).not.toMatch(/s3cret|czNjcmV0/);
    const open = await service({ files: { "a.conf": { content: "a" } } });
    expect(isSecret(open.inputs["stdin"])).toBe(false);
  });

  test("logs in as another user by sudo", async () => {
    const { inputs } = await service({ connection: { host: "h", hostKey, user: "operator" } });
    for (const text of [inputs["create"], inputs["delete"]]) {
      expect(text).toMatch(/^exec sudo -n \/bin\/sh -c /);
    }
    expect(plain(inputs["connection"])).not.toHaveProperty("privateKey");
  });

  const connected = (changed: object) => ({ connection: { ...base.connection, ...changed } });
  test.each<[Partial<SystemdServiceArgs>, string]>([
    [connected({ hostKey: "" }), 'connection.hostKey is "". Allowed: a public key such as'],
    [connected({ hostKey: "ssh-rsa AAAAB3" }), 'connection.hostKey is "ssh-rsa AAAAB3"'],
    [connected({ hostKey: `${hostKey}\nx` }), "connection.hostKey is"],
    [connected({ host: "a b" }), 'connection.host is "a b"'],
    [connected({ port: 0 }), "connection.port is 0. Allowed: 1 to 65535"],
    [connected({ user: "a;b" }), 'connection.user is "a;b"'],
    [{ health: [] }, "health is []. Allowed: a program and its words"],
    [{ readySeconds: 0 }, "readySeconds is 0"],
    [{ files: { "../x": { content: "" } } }, 'files is "../x". Allowed: a name of letters'],
    [{ name: "Worker" }, 'name is "Worker"'],
  ])("refuses %j", async (args, message) => {
    await expect(service(args)).rejects.toThrow(message);
  });
});

describe("synapUnit", () => {
  const synap: SynapUnitArgs = { password: "s3cret-s3cret", server: { maxMemoryMib: 512 } };

  test("runs Synap's server as its own user on the loopback address", async () => {
    const { inputs } = await service({ ...base, ...synapUnit(synap) });
    const lines = read(inputs["stdin"]).join("\n");
    for (const line of [
      "User=synap",
      'ExecStart=/usr/local/bin/synap-server "--config" "${CREDENTIALS_DIRECTORY}/config.yml" "--role" "standalone"',
      "StateDirectory=synfleet/synap synfleet/synap/wal synfleet/synap/snapshots",
      "MemoryMax=1152M",
      "IPAddressAllow=localhost",
    ]) {
      expect(lines.split("\n")).toContain(line);
    }
    const conf = JSON.parse(/secret config\.yml (\{.*\n\})/s.exec(lines)![1]!);
    expect(conf.server).toMatchObject({ host: "127.0.0.1", port: 15500 });
    expect(conf.auth.root.password).toBe("s3cret-s3cret");
    expect(conf.persistence.wal.fsync_mode).toBe("always");
  });

  test("listens on a private address for the networks that are named", () => {
    const spec = synapUnit({
      ...synap,
      address: "10.0.0.5",
      port: 15501,
      clients: ["10.0.0.0/24"],
    });
    expect(spec.peers).toEqual(["10.0.0.5", "10.0.0.0/24"]);
    expect(spec.health).toContain("SYNAP_HEALTH_ADDR=10.0.0.5:15501");
  });

  test.each<[Partial<SynapUnitArgs>, string]>([
    ...["0.0.0.0", "8.8.8.8", "172.32.0.1", "10.0.0.256", "synap.example", "::1"].map(
      (address): [Partial<SynapUnitArgs>, string] => [
        { address },
        `address is "${address}". Allowed: 127.0.0.1, or an IPv4 address of a private network`,
      ],
    ),
    [{ port: 80 }, "port is 80. Allowed: 1024 to 65535"],
    [{ clients: ["10.0.0.0/8"] }, 'clients is "10.0.0.0/8". Allowed: none'],
    [{ server: { maxMemoryMib: 1 } }, "maxMemoryMib is 1. Allowed"],
  ])("refuses %j", (args, message) => {
    expect(() => synapUnit({ ...synap, ...args })).toThrow(message);
  });
});
