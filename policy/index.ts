import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules/index.ts";

/** The pack is a server that starts when made, so the rules live apart from it. */
new PolicyPack("synfleet", { enforcementLevel: "mandatory", policies: [...rules] });
