// Loaded before the SDK's runner unless somebody reads debugging messages. The SDK has some for each resource, one of them with all of its
// outputs as text, and sends them one after the other: a quarter of the processor's time of a preview of a hundred hosts.
import Module from "node:module";

const DEBUG = 0;
const load = Module._load;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (/(^|\/)engine_grpc_pb(\.js)?$/.test(request)) silence(loaded.EngineClient.prototype);
  return loaded;
};

function silence(client) {
  const { log } = client;
  if (log.isSilent) return;
  client.log = function (message, ...rest) {
    if (message.getSeverity() !== DEBUG) return log.call(this, message, ...rest);
    void Promise.resolve(null).then(rest.at(-1));
  };
  client.log.isSilent = true;
}
