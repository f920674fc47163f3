"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const step = new pulumi.Config().getNumber("step") ?? 0;

class Part extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("conformance:index:Part", name, {}, opts);
    this.inner = new random.RandomId(`${name}-inner`, { byteLength: 2 }, { parent: this });
    this.registerOutputs({ inner: this.inner.hex });
  }
}
const keepers = (note) => (args) => {
  if (args.type !== "random:index/randomId:RandomId") return undefined;
  const was = args.props.keepers ?? {};
  return {
    props: { ...args.props, keepers: { ...was, [note]: `${Object.keys(was).length}` } },
    opts: args.opts,
  };
};
pulumi.runtime.registerResourceTransform(keepers("stack"));
pulumi.runtime.registerResourceTransform(async (args) => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (args.name !== "options") return undefined;
  return {
    props: args.props,
    opts: pulumi.mergeOptions(args.opts, {
      additionalSecretOutputs: ["hex"],
      retainOnDelete: true,
      protect: step === 0,
    }),
  };
});
new Part("part", { transforms: [keepers("part")] });
const own = new random.RandomId(
  "own",
  { byteLength: 2 },
  { transforms: [keepers("first"), keepers("second")] },
);
const options = new random.RandomId("options", { byteLength: 2, prefix: own.hex });
if (step === 1)
  new random.RandomId(
    "failing",
    { byteLength: 2 },
    {
      transforms: [
        () => {
          throw new Error("a transform says no");
        },
      ],
    },
  );
exports.hex = options.hex;
