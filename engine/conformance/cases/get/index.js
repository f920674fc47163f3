"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

const id =
  step === 0 ? "8b6cbb3c-5d1f-4f21-9f0e-0d1a7f0d6a5e" : "00000000-1111-2222-3333-444444444444";
const owned = new random.RandomUuid("owned", { keepers: { step: `${step > 0}` } });
// Looked at, then owned, then looked at again.
if (step < 2 || step === 3) exports.found = random.RandomUuid.get("found", id).result;
if (step === 2) exports.found = new random.RandomUuid("found").result;
// Its id is not known in the preview of the first run.
if (step < 4) exports.same = random.RandomUuid.get("same", owned.id).result;
