// Loaded before the SDK's runner when Node runs the program's TypeScript as it is. Positions in such files are the true
// ones, so there is no map to apply, and the SDK takes a stack trace for every promise: without this, looking for maps
// is a third of the program's time.
import Module from "node:module";

const load = Module._load;
Module._load = function (request, ...rest) {
  return request === "source-map-support/register" ? {} : load.call(this, request, ...rest);
};
