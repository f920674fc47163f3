/** As many resources as the variable says: components of nine random values each, one of which is made of another. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const PER_GROUP = 10;

class Group extends pulumi.ComponentResource {
  constructor(name: string) {
    super("bench:index:Group", name);
    const opts = { parent: this };
    const id = new random.RandomId(`${name}-id`, { byteLength: 8 }, opts);
    for (let i = 0; i < PER_GROUP - 3; i++)
      new random.RandomString(`${name}-string-${i}`, { length: 16, special: false }, opts);
    const last = new random.RandomUuid(`${name}-last`, { keepers: { id: id.hex } }, opts);
    this.registerOutputs({ last: last.result });
  }
}

const wanted = Number(process.env["BENCH_RESOURCES"] ?? 1000);
for (let i = 0; i < wanted / PER_GROUP; i++) new Group(`group-${i}`);
export const groups = wanted / PER_GROUP;
