/** Written to the manifests of states: the version of the CLI whose rules this engine follows. */
export const ENGINE_VERSION = "v3.270.0";
