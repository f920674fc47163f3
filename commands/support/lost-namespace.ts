/** The state of a stack without what was in a namespace that is gone. Pure. */
import { environmentOf, without, type State } from "./lost-host.ts";

/** Its type comes after those of its parents. */
const PROVIDER = /[:$]pulumi:providers:kubernetes::/;
const RECORD = "synfleet-hosts:placement:Placement";

/** Objects, the scripts that ran against them, and the record of what is where, which would refuse to begin anew. Passwords and certificates stay. */
export function withoutNamespace<S extends State>(state: S, namespace: string) {
  return without(
    state,
    (resource) =>
      resource.type === RECORD ||
      environmentOf(resource)["NAMESPACE"] === namespace ||
      PROVIDER.test(resource.provider ?? ""),
  );
}
