import { expect, test } from "vitest";
import {
  identityYml,
  settingsYml,
  streamingBootstrapConf,
  streamingHbaConf,
  streamingIdentConf,
  type SettingsArgs,
} from "./conf.ts";

const members = ["postgres1", "postgres2", "postgres3"];
const args: SettingsArgs = {
  member: "postgres2",
  members,
  candidates: members,
  profile: "standard",
  server: { memoryMib: 1024 },
};

test("patroni/identity.yml", () => {
  expect(identityYml({ cluster: "orders", member: "postgres2", etcd: ["etcd1", "etcd2"] }))
    .toMatchInlineSnapshot(`
    "scope: "orders"
    namespace: "/synfleet/"
    name: "postgres2"
    etcd3:
      hosts:
        - "etcd1:2379"
        - "etcd2:2379"
      protocol: "https"
      cacert: "/etc/synfleet/tls/ca.crt"
      cert: "/etc/synfleet/tls/node.crt"
      key: "/etc/synfleet/tls/node.key"
    log:
      level: "INFO"
      format: "%(asctime)s %(levelname)s: %(message)s"
    watchdog:
      mode: "off"
    "
  `);
});

test("patroni/settings.yml", () => {
  expect(settingsYml(args)).toMatchInlineSnapshot(`
    "restapi:
      listen: "0.0.0.0:8008"
      connect_address: "postgres2:8008"
      certfile: "/etc/synfleet/tls/node.crt"
      keyfile: "/etc/synfleet/tls/node.key"
      cafile: "/etc/synfleet/tls/ca.crt"
      verify_client: "required"
      allowlist:
        - "127.0.0.1"
      allowlist_include_members: true
    ctl:
      cacert: "/etc/synfleet/tls/ca.crt"
      certfile: "/etc/synfleet/tls/node.crt"
      keyfile: "/etc/synfleet/tls/node.key"
    postgresql:
      listen: "*:5432"
      connect_address: "postgres2:5432"
      data_dir: "/var/lib/synfleet/pgdata"
      bin_dir: "/usr/lib/postgresql/17/bin"
      pgpass: "/run/synfleet/pgpass"
      use_unix_socket: true
      use_unix_socket_repl: true
      authentication:
        superuser:
          username: "synfleet"
        replication:
          username: "synfleet_replicator"
          sslmode: "verify-full"
          sslrootcert: "/etc/synfleet/tls/ca.crt"
          sslcert: "/etc/synfleet/tls/node.crt"
          sslkey: "/etc/synfleet/tls/node.key"
        rewind:
          username: "synfleet_rewind"
          sslmode: "verify-full"
          sslrootcert: "/etc/synfleet/tls/ca.crt"
          sslcert: "/etc/synfleet/tls/node.crt"
          sslkey: "/etc/synfleet/tls/node.key"
      create_replica_methods:
        - "clone"
      clone:
        command: "/usr/local/lib/synfleet/clone"
      callbacks:
        on_role_change: "/usr/local/bin/bootstrap"
      before_stop: "/usr/local/lib/synfleet/stop-quickly"
      pre_promote: "/usr/local/lib/synfleet/take-over"
      parameters:
        unix_socket_directories: "/run/postgresql"
        unix_socket_permissions: "0700"
        hba_file: "/etc/synfleet/pg_hba.conf"
        ident_file: "/etc/synfleet/pg_ident.conf"
        ssl: "on"
        ssl_ca_file: "/etc/synfleet/tls/ca.crt"
        ssl_cert_file: "/etc/synfleet/tls/node.crt"
        ssl_key_file: "/etc/synfleet/tls/node.key"
        ssl_min_protocol_version: "TLSv1.3"
        password_encryption: "scram-sha-256"
        shared_buffers: "256MB"
        effective_cache_size: "614MB"
        work_mem: "4MB"
        maintenance_work_mem: "64MB"
        huge_pages: "try"
        dynamic_shared_memory_type: "mmap"
        jit: "off"
        random_page_cost: 1.1
        effective_io_concurrency: 200
        wal_compression: "lz4"
        max_wal_size: "1024MB"
        min_wal_size: "128MB"
        checkpoint_timeout: "15min"
        checkpoint_completion_target: 0.9
        max_slot_wal_keep_size: "8192MB"
        wal_sender_timeout: "10s"
        wal_receiver_timeout: "10s"
        wal_receiver_status_interval: "1s"
        wal_retrieve_retry_interval: "1s"
        tcp_user_timeout: "30s"
        log_destination: "stderr"
        logging_collector: "off"
        log_line_prefix: "%m [%p] %q%u@%d "
        log_timezone: "UTC"
        log_min_messages: "warning"
        log_min_duration_statement: 1000
        log_lock_waits: "on"
        log_temp_files: "64MB"
        lc_messages: "C"
        timezone: "UTC"
        idle_in_transaction_session_timeout: "600s"
        tcp_keepalives_idle: 30
        tcp_keepalives_interval: 10
        tcp_keepalives_count: 3
        autovacuum_vacuum_cost_limit: 1000
        track_io_timing: "on"
    bootstrap:
      dcs:
        ttl: 30
        loop_wait: 10
        retry_timeout: 10
        primary_start_timeout: 25
        primary_stop_timeout: 30
        maximum_lag_on_failover: 9007199254740991
        synchronous_mode: "quorum"
        synchronous_mode_strict: true
        synchronous_node_count: 1
        failsafe_mode: true
        member_slots_ttl: 10
        slots:
          postgres1:
            type: "physical"
          postgres2:
            type: "physical"
          postgres3:
            type: "physical"
        postgresql:
          use_pg_rewind: true
          use_slots: true
          parameters:
            max_connections: 200
            wal_level: "replica"
            wal_log_hints: "on"
            wal_keep_size: "256MB"
            max_worker_processes: 16
            max_replication_slots: 40
            max_wal_senders: 40
      initdb:
        - encoding: "UTF8"
        - locale: "C.UTF-8"
        - "data-checksums"
      post_bootstrap: "/usr/local/bin/bootstrap"
    tags:
      clonefrom: true
      nofailover: false
      settings: "6d4891d97b73"
    "
  `);
});

test("pg_hba.conf and pg_ident.conf", () => {
  expect(
    streamingHbaConf({
      database: "orders",
      applicationUser: "shop",
      allowedNetworks: ["192.168.0.0/16"],
      memberNetworks: ["10.0.0.9/32"],
    }),
  ).toMatchInlineSnapshot(`
    "# type  database  user  address  method
    local all synfleet peer
    local replication synfleet_replicator peer map=local
    hostssl replication synfleet_replicator samenet cert map=synfleet
    hostssl replication synfleet_replicator 10.0.0.9/32 cert map=synfleet
    hostssl postgres synfleet_rewind samenet cert map=synfleet
    hostssl postgres synfleet_rewind 10.0.0.9/32 cert map=synfleet
    hostssl postgres,orders synfleet_monitor samenet cert map=synfleet
    hostssl postgres,orders synfleet_monitor 10.0.0.9/32 cert map=synfleet
    hostssl orders shop samenet scram-sha-256
    hostssl orders shop 10.0.0.9/32 scram-sha-256
    hostssl orders shop 192.168.0.0/16 scram-sha-256
    local all all reject
    host all all all reject
    "
  `);
  expect(streamingIdentConf({ members, exporters: ["exporter1"] })).toMatchInlineSnapshot(`
    "# map  certificate  role
    synfleet postgres1 synfleet_replicator
    synfleet postgres2 synfleet_replicator
    synfleet postgres3 synfleet_replicator
    synfleet postgres1 synfleet_rewind
    synfleet postgres2 synfleet_rewind
    synfleet postgres3 synfleet_rewind
    synfleet exporter1 synfleet_monitor
    local synfleet synfleet_replicator
    "
  `);
});

test("bootstrap.conf", () => {
  const access = { database: "orders", applicationUser: "shop" };
  expect(streamingBootstrapConf(access, ["vector", "pg_trgm"])).toBe(
    "database=orders\napplication_user=shop\nextensions=vector,pg_trgm\n",
  );
});
