/** Single components: three etcd members under an authority of their own, and what a client needs to use them. */
import * as synfleet from "synfleet";

const members = ["etcd1", "etcd2", "etcd3"].map((name) => ({ name, host: "local" }));

const platform = new synfleet.DockerPlatform(
  "platform",
  {
    prefix: "consensus",
    hosts: [{ name: "local", engine: "unix:///var/run/docker.sock" }],
    labels: { "org.example.team": "platform" },
  },
  // On several hosts each workload must know the addresses of all, so their places are told first.
  Object.fromEntries(members.map(({ name, host }) => [name, host])),
);

const authority = new synfleet.CertificateAuthority("authority", { commonName: "consensus" });
const cluster = new synfleet.EtcdCluster("consensus", { platform, authority, members });

const client = new synfleet.Certificate("client", {
  authority,
  commonName: "scheduler",
  dnsNames: ["scheduler"],
  ipAddresses: [],
});
const { passwords } = new synfleet.Credentials("credentials", { roles: ["scheduler"] });

export const endpoints = cluster.workloads.map(({ alias }) => `https://${alias}:2379`);
export const caCertificate = authority.certificatePem;
export const clientCertificate = client.certificatePem;
/** Secrets of the stack. */
export const clientKey = client.privateKeyPem;
export const schedulerPassword = passwords.scheduler;
