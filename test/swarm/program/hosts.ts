/** Hosts that are prepared, in one Swarm, with a service on each of two that finds the other by its name. Run by the test beside it. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { PreparedHost } from "../../../components/host/host.ts";
import type { HostLogin } from "../../../components/host/wanted.ts";
import { sshOptions } from "../../../components/platform/docker/reach.ts";
import { SwarmMember } from "../../../components/swarm/resource.ts";
import { SWARM_PORTS } from "../../../components/swarm/wanted.ts";

const config = new pulumi.Config();
const logins = config.requireObject<HostLogin[]>("logins");
const text = config.require("text");
const image = config.require("image");

const prepared = logins.map((login) => {
  const peers = logins.filter((other) => other !== login).map(({ address }) => address);
  return new PreparedHost(login.name, {
    ...{ login, peers, ports: SWARM_PORTS, owner: "swarm/test", clock: false, swarm: true },
    engine: `ssh://${login.user}@${login.address}`,
  });
});
const members: SwarmMember[] = [];
for (const [index, login] of logins.entries()) {
  const member = new SwarmMember(
    `${login.name}-member`,
    {
      ...{ login, founds: index === 0, address: login.address, role: "manager", state: "ready" },
      managers: logins.filter((other) => other !== login),
      labels: { "org.synfleet.host": login.name },
    },
    // One at a time: each that joins changes what a majority is.
    { dependsOn: [prepared[index]!, ...members.slice(-1)] },
  );
  members.push(member);
}
const [first] = logins as [HostLogin];
const provider = new docker.Provider("manager", {
  host: members[0]!.id.apply(() => `ssh://${first.user}@${first.address}`),
  sshOpts: sshOptions({ name: first.name, address: first.address, ssh: first }),
});
const options = { provider, dependsOn: members };
const network = new docker.Network(
  "between",
  { name: "between", driver: "overlay", attachable: true },
  options,
);
const content = Buffer.from(text).toString("base64");
const key = new docker.Secret(
  "text",
  { name: `text-${text}`, data: pulumi.secret(content) },
  { ...options, deleteBeforeReplace: false },
);
const answer =
  "$s = IO::Socket::INET->new(Listen => 5, LocalPort => 8080, ReuseAddr => 1); open $f, '<', '/etc/synfleet/text'; $t = <$f>; while ($c = $s->accept) { print $c $t; close $c }";
for (const { name } of logins.slice(0, 2)) {
  new docker.Service(
    `on-${name}`,
    {
      name: `on-${name}`,
      labels: [{ label: "org.synfleet.fleet", value: "test" }],
      taskSpec: {
        containerSpec: {
          image,
          commands: ["perl", "-MIO::Socket", "-e", answer],
          ...{ user: "10001:10001", readOnly: true, capDrops: ["ALL"], stopGracePeriod: "1s" },
          secrets: [
            {
              ...{ secretId: key.id, secretName: key.name, fileName: "/etc/synfleet/text" },
              ...{ fileUid: "10001", fileGid: "10001", fileMode: 0o400 },
            },
          ],
        },
        placement: { constraints: [`node.labels.org.synfleet.host==${name}`] },
        networksAdvanceds: [{ id: network.id, aliases: [`at-${name}`] }],
      },
      endpointSpec: { mode: "dnsrr" },
    },
    options,
  );
}
