// The policy host loads its entry with `require` under a compiler of its own that takes `.ts` files; from
// here on it is plain Node.js, which runs TypeScript as it is.
import "./index.ts";
