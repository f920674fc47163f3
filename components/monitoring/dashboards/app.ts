import { type Dashboard, lines, number } from "./dashboard.ts";

const rate = (part: string, status = "") =>
  `sum by (instance) (rate(http_server_requests_seconds_${part}{job="app"${status}}[2m]))`;
const failed = `${rate("count", ', status=~"5.."')} or 0 * ${rate("count")}`;

/** What an app tells under the names of Spring Boot. */
export const app: Dashboard = {
  uid: "synfleet-app",
  title: "App",
  description: "The instances behind the proxy: requests, errors, times.",
  jobs: ["app"],
  panels: [
    number('sum(up{job="app"})', "none", {
      title: "Instances that answer",
      description: "Instances whose metrics could be read.",
    }),
    number(`sum(${rate("count")})`, "reqps", {
      title: "Requests",
      description: "Requests to all instances, health checks among them.",
    }),
    number(`sum(${failed}) / sum(${rate("count")})`, "percentunit", {
      title: "Failed",
      description: "Share of requests that were answered with a status of 500 or more. 0.",
    }),
    number('time() - max(process_start_time_seconds{job="app"})', "s", {
      title: "Since a start",
      description: "Since the instance that was started last began to run.",
    }),
    lines({ "{{instance}}": rate("count") }, "reqps", {
      title: "Requests by instance",
      description: "Reads go to all instances, writes to the main one.",
    }),
    lines({ "{{instance}}": failed }, "reqps", {
      title: "Failed requests by instance",
      description: "Requests that were answered with a status of 500 or more. 0.",
    }),
    lines({ "{{instance}}": `${rate("sum")} / ${rate("count")}` }, "s", {
      title: "Time of a request",
      description: "Average time from a request to its answer. No line where nobody asks.",
    }),
    lines(
      {
        "{{method}} {{uri}}":
          'topk(10, sum by (method, uri) (rate(http_server_requests_seconds_count{job="app"}[2m])))',
      },
      "reqps",
      { title: "Requests by address", description: "The ten that are asked for most." },
    ),
  ],
};
