import { describe, expect, test } from "vitest";
import { bootstrapConf, pgHbaConf, pgIdentConf, postgresqlConf } from "./conf.ts";

/** `name = value` lines as an object. */
function settings(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.includes(" = "))
      .map((line) => line.split(" = ") as [string, string]),
  );
}

describe("postgresql.conf", () => {
  test("with defaults", () => {
    expect(postgresqlConf()).toMatchInlineSnapshot(`
      "listen_addresses = '*'
      port = 5432
      unix_socket_directories = '/run/postgresql'
      unix_socket_permissions = '0700'
      max_connections = 200
      hba_file = '/etc/synfleet/pg_hba.conf'
      ident_file = '/etc/synfleet/pg_ident.conf'
      allow_alter_system = off

      ssl = on
      ssl_ca_file = '/etc/synfleet/tls/ca.crt'
      ssl_cert_file = '/etc/synfleet/tls/node.crt'
      ssl_key_file = '/etc/synfleet/tls/node.key'
      ssl_min_protocol_version = 'TLSv1.3'
      password_encryption = 'scram-sha-256'

      shared_buffers = '256MB'
      effective_cache_size = '614MB'
      work_mem = '4MB'
      maintenance_work_mem = '64MB'
      huge_pages = 'try'
      dynamic_shared_memory_type = 'mmap'
      jit = off
      random_page_cost = 1.1
      effective_io_concurrency = 200

      wal_level = 'logical'
      wal_compression = 'lz4'
      max_wal_size = '1024MB'
      min_wal_size = '128MB'
      checkpoint_timeout = '15min'
      checkpoint_completion_target = 0.9
      max_worker_processes = 64
      max_replication_slots = 40
      max_wal_senders = 40
      max_slot_wal_keep_size = '8192MB'
      logical_decoding_work_mem = '64MB'
      wal_sender_timeout = '10s'
      wal_receiver_timeout = '10s'
      wal_receiver_status_interval = '1s'
      wal_retrieve_retry_interval = '1s'

      shared_preload_libraries = 'pglogical'
      output_plugin_libraries = 'pgoutput,test_decoding,pglogical_output'
      track_commit_timestamp = on
      pglogical.conflict_resolution = 'last_update_wins'
      pglogical.conflict_log_level = 'log'

      log_destination = 'stderr,jsonlog'
      logging_collector = on
      log_directory = '/var/lib/synfleet/log'
      log_filename = 'postgresql-%Y%m%dT%H%M%S.log'
      log_file_mode = '0600'
      log_rotation_size = '16MB'
      log_rotation_age = 0
      log_line_prefix = '%m [%p] %q%u@%d '
      log_timezone = 'UTC'
      log_min_messages = 'warning'
      log_min_duration_statement = 1000
      log_lock_waits = on
      log_temp_files = '64MB'
      lc_messages = 'C'

      timezone = 'UTC'
      idle_in_transaction_session_timeout = '600s'
      tcp_keepalives_idle = 30
      tcp_keepalives_interval = 10
      tcp_keepalives_count = 3
      autovacuum_vacuum_cost_limit = 1000
      track_io_timing = on
      "
    `);
  });

  test("sizes memory by the container's", () => {
    const small = settings(postgresqlConf({ memoryMib: 256 }));
    const large = settings(postgresqlConf({ memoryMib: 65_536, maxConnections: 100 }));
    expect([small.shared_buffers, small.work_mem]).toEqual(["'64MB'", "'4MB'"]);
    expect([large.shared_buffers, large.work_mem, large.maintenance_work_mem]).toEqual([
      "'16384MB'",
      "'64MB'",
      "'1024MB'",
    ]);
  });

  test("changes only the lines whose setting changed", () => {
    const before = postgresqlConf().split("\n");
    const after = postgresqlConf({ maxConnections: 300 }).split("\n");
    expect(after.filter((line) => !before.includes(line))).toEqual(["max_connections = 300"]);
  });

  test("appends other parameters, sorted and quoted", () => {
    const text = postgresqlConf({
      parameters: { work_mem: "8MB", "auto_explain.log_analyze": true, search_path: `a'b\\c` },
    });
    expect(text.split("\n").slice(-4).join("\n")).toMatchInlineSnapshot(`
      "auto_explain.log_analyze = on
      search_path = 'a''b\\\\c'
      work_mem = '8MB'
      "
    `);
  });

  test("refuses parameters that the cluster depends on, and what is none", () => {
    expect(() => postgresqlConf({ parameters: { wal_level: "minimal" } })).toThrow(
      /parameters: "wal_level" \(value "minimal"\) is set by Synfleet/,
    );
    expect(() => postgresqlConf({ parameters: { "a b": 1 } })).toThrow(/"a b" is not the name/);
    expect(() => postgresqlConf({ parameters: { search_path: "a\nssl = off" } })).toThrow(
      /line break/,
    );
  });
});

describe("pg_hba.conf", () => {
  test("admits the cluster's network, with TLS only", () => {
    expect(
      pgHbaConf({
        database: "synapsedb",
        applicationUser: "app",
        allowedNetworks: ["10.1.0.0/16"],
      }),
    ).toMatchInlineSnapshot(`
      "# type  database  user  address  method
      local all synfleet peer
      hostssl synapsedb synfleet_manager samenet cert map=synfleet
      hostssl synapsedb synfleet_replicator samenet cert map=synfleet
      hostssl synapsedb synfleet_monitor samenet cert map=synfleet
      hostssl synapsedb synfleet_check samenet cert map=synfleet
      hostssl replication synfleet_replicator samenet cert map=synfleet
      hostssl synapsedb app samenet scram-sha-256
      hostssl synapsedb app 10.1.0.0/16 scram-sha-256
      local all all reject
      host all all all reject
      "
    `);
  });

  test.each(["0.0.0.0/0", "::/0", "10.0.0.0", "10.0.0.0/33", "all"])(
    "refuses the network %s",
    (network) => {
      expect(() =>
        pgHbaConf({ database: "d", applicationUser: "u", allowedNetworks: [network] }),
      ).toThrow(/Allowed: networks such as/);
    },
  );

  test.each(["all", "a b", "App", "", 'x" all'])("refuses the name %j", (name) => {
    expect(() => pgHbaConf({ database: name, applicationUser: "u" })).toThrow(
      /database is .* Allowed/,
    );
  });
});

test("pg_ident.conf maps each certificate to one role", () => {
  const text = pgIdentConf({
    members: ["postgres1", "postgres2"],
    managers: ["manager1"],
    exporters: ["postgres-exporter1"],
    balancers: ["balancer"],
  });
  expect(text).toMatchInlineSnapshot(`
    "# map  certificate  role
    synfleet postgres1 synfleet_replicator
    synfleet postgres2 synfleet_replicator
    synfleet manager1 synfleet_manager
    synfleet postgres-exporter1 synfleet_monitor
    synfleet balancer synfleet_check
    "
  `);
});

describe("bootstrap.conf", () => {
  test("with defaults", () => {
    expect(bootstrapConf({ member: "postgres3", number: 3 })).toMatchInlineSnapshot(`
      "member=postgres3
      number=3
      database=synapsedb
      application_user=synapsedb
      extensions=vector
      drain_seconds=3
      "
    `);
  });

  test.each([0, 17, 1.5])("refuses the number %d", (number) => {
    expect(() => bootstrapConf({ member: "m", number })).toThrow(
      `number of member "m" is ${number}. Allowed: a whole number from 1 to 16.`,
    );
  });
});
