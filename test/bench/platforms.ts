/** Figures of many hosts, for docs/benchmarks.md: `npm run bench:platforms`. */
import { previews } from "./platforms/preview.ts";

await previews();
