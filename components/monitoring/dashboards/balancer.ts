import { type Dashboard, lines, number } from "./dashboard.ts";

/** What HAProxy tells about itself. */
export const balancer: Dashboard = {
  uid: "synfleet-balancer",
  title: "Balancer",
  description: "HAProxy in front of the members: who is behind each endpoint, and who uses it.",
  jobs: ["balancer"],
  panels: [
    number('count(max by (proxy) (haproxy_backend_status{state="UP"}) == 0) or vector(0)', "none", {
      title: "Endpoints without a server",
      description: "0, when all is well: each endpoint has a server that takes its clients.",
    }),
    number('count(haproxy_server_status{state="UP"} == 1) or vector(0)', "none", {
      title: "Servers up",
      description: "Servers of all endpoints that pass their check. A write endpoint may need one.",
    }),
    number("sum(haproxy_frontend_current_sessions)", "none", {
      title: "Clients",
      description: "Connections of clients at this moment.",
    }),
    number(
      "max(haproxy_process_current_connections / haproxy_process_max_connections)",
      "percentunit",
      {
        title: "Connections in use",
        description: "Share of the connections that the balancer allows. At 100 % clients wait.",
      },
    ),
    lines({ "{{proxy}} {{server}}": 'haproxy_server_status{state="UP"}' }, "none", {
      title: "Servers",
      description: "1 while the server passes its check and may have clients.",
    }),
    lines({ "{{proxy}} {{server}}": "haproxy_server_current_sessions" }, "none", {
      title: "Sessions by server",
      description: "Which server has the clients of an endpoint.",
    }),
    lines({ "{{proxy}}": "sum by (proxy) (rate(haproxy_frontend_sessions_total[2m]))" }, "ops", {
      title: "New sessions",
      description: "Connections that clients open. Many say that they have no pool.",
    }),
    lines(
      {
        "{{proxy}} from clients": "sum by (proxy) (rate(haproxy_frontend_bytes_in_total[2m]))",
        "{{proxy}} to clients": "sum by (proxy) (rate(haproxy_frontend_bytes_out_total[2m]))",
      },
      "Bps",
      { title: "Traffic", description: "What goes through each endpoint." },
    ),
    lines(
      { "{{proxy}}": "sum by (proxy) (rate(haproxy_backend_connection_errors_total[2m]))" },
      "ops",
      {
        title: "Failed connections",
        description: "Connections to servers that could not be made. 0, but for a fail-over.",
      },
    ),
    lines({ "{{proxy}}": "haproxy_backend_connect_time_average_seconds" }, "s", {
      title: "Time to connect",
      description: "Average of the last 1024 connections to the servers of an endpoint.",
    }),
  ],
};
