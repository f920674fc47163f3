import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take minutes, the longest first, by the ends of their paths. Begun last, one of them would run alone for most of its time. */
const long = [
  "kubernetes/synaxic",
  "acceptance/fleet",
  "postgres/streaming-changes",
  "acceptance/synaxic",
  "fleet/prepare",
  "kubernetes/synap",
  "synap/roles",
  "redis/pair",
  "postgres/fence",
  "kubernetes/synapsedb",
  "acceptance/synapsedb",
  "acceptance/synapsedb-copy",
  "kubernetes/namespace",
  "kubernetes/drain",
  "kubernetes/monitors",
].map((name) => `/${name}.test.ts`);

/** The longest files of all projects of a run first, whoever they belong to, since all wait for the same processors. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = long.findIndex((end) => moduleId.endsWith(end));
      return at < 0 ? long.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
