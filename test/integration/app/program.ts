/** An app of an image that knows nothing of Synfleet. What the test changes comes by the environment. */
import * as pulumi from "@pulumi/pulumi";
import { App, CertificateAuthority, DockerPlatform } from "../../../components/index.ts";

interface Wanted {
  readonly prefix: string;
  readonly image: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly word: string;
  readonly greeting: string;
  readonly healthPath: string;
  readonly readySeconds: number;
}

const wanted = JSON.parse(process.env["SHOP"]!) as Wanted;
const members = Object.entries(wanted.ports).map(([name, port]) => ({ name, host: "local", port }));
const platform = new DockerPlatform(
  "platform",
  {
    prefix: wanted.prefix,
    hosts: [{ name: "local", engine: "unix:///var/run/docker.sock" }],
    readySeconds: wanted.readySeconds,
  },
  Object.fromEntries(members.map(({ name, host }) => [name, host])),
);
new App("shop", {
  platform,
  authority: new CertificateAuthority("authority", { commonName: wanted.prefix }),
  members,
  program: {
    image: { reference: wanted.image },
    user: 1001,
    port: 3000,
    healthPath: wanted.healthPath,
    environment: { WORD: wanted.word },
    files: {
      greeting: { content: wanted.greeting },
      "secrets/password": { content: pulumi.secret("canary"), secret: true },
    },
    filesAt: ["/shop"],
  },
  limits: { memoryMiB: 128, cpus: 1 },
  stopSeconds: 5,
});
