"use strict";
// Keeps objects as files of a folder: "text" changes in place, "name" does not.
const fs = require("node:fs");
const path = require("node:path");
const provider = require("@pulumi/pulumi/provider");

const FOLDER = path.resolve("objects");
fs.mkdirSync(FOLDER, { recursive: true });
const fileOf = (id) => path.join(FOLDER, id);

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const isSecret = (value) => typeof value === "object" && value !== null && SIGNATURE in value;
const open = (value) => (isSecret(value) ? open(value.value) : value);
const seal = (was, value) => (isSecret(was) ? { ...was, value } : value);

function save(inputs) {
  const { name, text, note } = inputs;
  if (text === "impossible") throw new Error("no object can have this text");
  const kept = { text: open(text), note: open(note) };
  fs.writeFileSync(fileOf(name), JSON.stringify(kept));
  return { ...inputs, size: String(open(text)).length };
}

const objects = {
  version: "1.2.3",
  async check(_urn, _olds, news) {
    const failures = [];
    if (news.text === undefined) failures.push({ property: "text", reason: "it is required" });
    if (news.color !== undefined) failures.push({ property: "", reason: "objects are colourless" });
    return { inputs: { place: "shelf", ...news }, failures };
  },
  async diff(_id, _urn, olds, news) {
    const differs = (key) =>
      JSON.stringify(open(olds[key]) ?? null) !== JSON.stringify(open(news[key]) ?? null);
    return {
      changes: ["name", "text", "note", "place"].some(differs),
      replaces: ["name", "place"].filter(differs),
      deleteBeforeReplace: differs("place"),
    };
  },
  async create(_urn, inputs) {
    const outs = save(inputs);
    if (open(inputs.text) === "half")
      throw Object.assign(new Error("only half of it worked"), {
        id: inputs.name,
        properties: outs,
        reasons: ["the other half is missing", "and nobody knows why"],
      });
    return { id: inputs.name, outs };
  },
  async read(id, _urn, props) {
    if (!fs.existsSync(fileOf(id))) return { id: "", props: {} };
    const { text, note } = JSON.parse(fs.readFileSync(fileOf(id), "utf8"));
    const inputs = {
      name: id,
      place: props.place ?? "shelf",
      text: seal(props.text, text),
      ...(note === undefined ? {} : { note: seal(props.note, note) }),
    };
    return { id, inputs, props: { ...inputs, size: text.length } };
  },
  async update(_id, _urn, _olds, news) {
    const outs = save(news);
    if (open(news.text) === "torn")
      throw Object.assign(new Error("it was torn"), {
        id: news.name,
        properties: outs,
        reasons: ["a piece is missing"],
      });
    return { outs };
  },
  async delete(id) {
    if (id === "stuck" && !fs.existsSync("released")) throw new Error("it does not come off");
    fs.rmSync(fileOf(id), { force: true });
  },
  async invoke(token, args) {
    if (token !== "objects:index:join") throw new Error(`unknown function ${token}`);
    if (args.with === "") return { failures: [{ property: "with", reason: "it is empty" }] };
    return { outputs: { joined: args.parts.map(open).join(args.with) } };
  },
};

provider.main(objects, process.argv.slice(2));
