import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import type { Outputs } from "../../../commands/support/stack.ts";
import { imageTag } from "../../../images/build.ts";

/** Each line that comes in is a statement for a new connection; what goes out is whether it was acknowledged. */
const script = `umask 077
read -r password
echo "*:*:*:*:$password" > /tmp/password
printf '%s\\n' "$2" > /tmp/ca.crt
export PGPASSFILE=/tmp/password
while read -r statement; do
  if psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$statement" "$1" > /dev/null 2>&1; then echo yes; else echo no; fi
done`;

/** PostgreSQL's own client in a container that stays, since to start one takes longer than most of what is measured. */
export class LibpqClient {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  constructor(url: string, { caCertificate, credentials }: Outputs) {
    const { user, password } = credentials.postgres;
    const verified = `${url}${url.includes("?") ? "&" : "?"}user=${user}&sslmode=verify-full&sslrootcert=/tmp/ca.crt`;
    this.#process = spawn("docker", [
      ...["run", "--rm", "--interactive", "--init", "--network", "host", "--entrypoint", "sh"],
      ...[imageTag("postgres"), "-c", script, "sh", verified, caCertificate],
    ]);
    this.#answers = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
    this.#process.stdin.write(`${password}\n`);
  }

  /** One at a time. */
  async must(statement: string): Promise<void> {
    this.#process.stdin.write(`${statement}\n`);
    const { value } = await this.#answers.next();
    if (value !== "yes") throw new Error(`${statement}: not acknowledged`);
  }

  /** Its container ends with its input. */
  end(): void {
    this.#process.stdin.end();
  }
}
