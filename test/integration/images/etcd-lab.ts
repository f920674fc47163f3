/** Members of etcd as the component would run them, made with the docker command line alone. */
import type { EtcdConfArgs, EtcdMember } from "../../../components/etcd/conf.ts";
import { etcdFiles } from "../../../components/etcd/spec.ts";
import { Bench, until } from "./bench.ts";

const lib = ". /usr/local/lib/synfleet/common.sh; . /usr/local/lib/synfleet/etcd.sh;";

export class EtcdLab {
  readonly bench = new Bench();
  readonly #conf: Omit<EtcdConfArgs, "name" | "token">;

  constructor(conf: Partial<EtcdConfArgs> = {}) {
    const members = [{ name: "etcd1" }, { name: "etcd2" }, { name: "etcd3" }];
    this.#conf = { members, ...conf };
  }

  get members(): readonly string[] {
    return this.#conf.members.map(({ name }) => name);
  }

  /** @param members as this one is told them; @param options of its container, for `docker run` */
  async start(
    name: string,
    { members, options }: { members?: readonly EtcdMember[]; options?: string[] } = {},
  ): Promise<void> {
    const args = { ...this.#conf, ...(members && { members }), name, token: "test" };
    const rendered = Object.entries(etcdFiles(args)).map(([path, content]) => ({ path, content }));
    const files = [...(await this.bench.certificate(name)), ...rendered];
    await this.bench.container(name, "etcd", files, [], { ...(options && { options }) });
  }

  ready(name: string, milliseconds?: number): Promise<void> {
    const isReady = async () => (await this.bench.exec(name, "ready")).code === 0;
    return until(isReady, `${name} to be ready`, milliseconds);
  }

  /** The container and its data are gone, as with a disk or a host. */
  async lose(name: string): Promise<void> {
    await this.bench.docker("rm", "--force", this.bench.name(name));
    await this.bench.docker("volume", "rm", `${this.bench.name(name)}-data`);
  }

  /** What `etcdctl` says of these words, asked in the member's container. */
  async ctl(name: string, ...words: string[]): Promise<string> {
    return (await this.#bash(name, 'etcdctl_local "$@"', ...words)).output.trim();
  }

  /** Half a MiB under a key; what etcd says to it. */
  async putMuch(name: string, key: string): Promise<string> {
    const put = "head -c 524288 /dev/zero | tr '\\0' x | etcdctl_local put \"$1\"";
    return (await this.#bash(name, put, key)).output.trim();
  }

  #bash(name: string, script: string, ...words: string[]) {
    return this.bench.exec(name, "bash", "-c", `${lib} ${script}`, "etcdctl", ...words);
  }
}
