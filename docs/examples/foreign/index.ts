/** A shop's own project: carts in Redis behind a balancer, beside resources that are no part of Synfleet. */
import * as random from "@pulumi/random";
import {
  CertificateAuthority,
  Credentials,
  DockerPlatform,
  LoadBalancer,
  RedisPair,
  redisService,
  redisUsers,
} from "synfleet";

const members = ["redis1", "redis2"].map((name) => ({ name, host: "local" }));
const platform = new DockerPlatform(
  "carts",
  { prefix: "shop-carts", hosts: [{ name: "local", engine: "unix:///var/run/docker.sock" }] },
  { redis1: "local", redis2: "local", balancer: "local" },
);
const authority = new CertificateAuthority("authority", { commonName: "carts" });
const { passwords } = new Credentials("credentials", { roles: [...redisUsers, "statistics"] });

const carts = new RedisPair("carts", {
  platform,
  authority,
  members,
  passwords,
  passedThrough: { aliases: ["balancer"], hosts: ["local"] },
});
const balancer = new LoadBalancer("balancer", {
  platform,
  authority,
  host: "local",
  services: [
    redisService({
      members: members.map(({ name }) => name),
      password: passwords.check,
      published: { write: 7380 },
    }),
  ],
  statistics: { user: "statistics", password: passwords.statistics, port: 7405 },
});

/** Ends when both servers and the balancer are ready. */
const ready = platform.whenReady("ready", [...carts.workloads, balancer.workload], balancer);
/** Something of the shop's own. */
export const coupon = new random.RandomId("coupon", { byteLength: 4 }).hex;
export const cartsUrl = ready.urn.apply(() => `rediss://${platform.endpoint("local", 7380)}`);
/** A secret of the stack. */
export const cartsPassword = passwords.application;
export const caCertificate = authority.certificatePem;
