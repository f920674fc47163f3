import * as pulumi from "@pulumi/pulumi";
import { trustStore } from "../pki/truststore.ts";
import { jdbcUrl, type Endpoint } from "./conf.ts";
import type { AppProgram } from "./program.ts";

export interface SynaxicApiArgs {
  /** The image, built from Synaxic's repository; there is no published one. Changing it replaces the instances. */
  readonly image: string;
  readonly database: Endpoint & {
    readonly name: string;
    readonly user: string;
    readonly password: pulumi.Input<string>;
  };
  readonly redis: Endpoint & { readonly user: string; readonly password: pulumi.Input<string> };
  /** Certificate of the authority that vouches for Redis, in PEM. */
  readonly authorityPem: pulumi.Input<string>;
  /** Client of the Google login. Without it the app runs and nobody can log in. @default - none */
  readonly google?: { readonly id: pulumi.Input<string>; readonly secret: pulumi.Input<string> };
}

/**
 * The public Synaxic API. Its passwords are files that Spring reads as a tree of settings, under the names that the
 * app's own configuration refers to. All changes restart or replace the instances, one after the other.
 */
export function synaxicApi({
  image,
  database,
  redis,
  authorityPem,
  google,
}: SynaxicApiArgs): AppProgram {
  const secret = (content: pulumi.Input<string>) => ({ content, secret: true });
  return {
    image: { reference: image },
    user: 1001,
    tls: true,
    healthPath: "/actuator/health",
    environment: {
      SPRING_PROFILES_ACTIVE: "prod",
      SPRING_CONFIG_IMPORT: "configtree:/etc/synfleet/spring/",
      SPRING_DATASOURCE_URL: jdbcUrl(database),
      SPRING_DATASOURCE_USERNAME: database.user,
      SPRING_DATA_REDIS_MASTER_HOST: redis.host,
      SPRING_DATA_REDIS_PORT: String(redis.port),
      SPRING_DATA_REDIS_USERNAME: redis.user,
      // HTTPS between proxy and app, and the client's own address and scheme from the proxy.
      SERVER_SSL_CERTIFICATE: "/etc/synfleet/tls/node.crt",
      SERVER_SSL_CERTIFICATE_PRIVATE_KEY: "/etc/synfleet/tls/node.key",
      SERVER_SSL_ENABLED_PROTOCOLS: "TLSv1.3",
      SERVER_FORWARD_HEADERS_STRATEGY: "native",
      SERVER_SHUTDOWN: "graceful",
    },
    files: {
      // Where the app looks for it, and under the password that it expects: there is nothing secret in it.
      "truststore.p12": {
        content: pulumi.output(authorityPem).apply((pem) => trustStore(pem, "changeit")),
        base64: true,
      },
      "spring/SPRING_DATASOURCE_PASSWORD": secret(database.password),
      "spring/SPRING_DATA_REDIS_PASSWORD": secret(redis.password),
      ...(google && {
        "spring/GOOGLE_CLIENT_ID": secret(google.id),
        "spring/GOOGLE_CLIENT_SECRET": secret(google.secret),
      }),
    },
    filesAt: ["/app/redis-tls"],
  };
}
