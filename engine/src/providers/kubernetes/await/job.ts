import type { PropertyMap } from "../../../provider.ts";
import { NotReady } from "../errors.ts";
import {
  at,
  displayName,
  isOwnedBy,
  kindOf,
  listAt,
  nameOf,
  numberAt,
  textAt,
} from "../objects.ts";
import type { Event } from "../watch.ts";
import { podComplaints } from "./pods.ts";
import { JOB, POD, type Aim, type Waiting } from "./waiting.ts";

/** Ready when it is complete; failed for good when it has used up its tries or its time. */
export class JobWaiting implements Waiting {
  readonly watches = [JOB, POD];
  private readonly aim: Aim;
  private job: PropertyMap;
  private isComplete = false;
  private failed = false;
  private readonly complaints = new Set<string>();

  constructor(aim: Aim) {
    this.aim = aim;
    this.job = aim.object;
  }

  object(): PropertyMap {
    return this.job;
  }

  see({ type, object }: Event): boolean {
    if (kindOf(object) === "Pod") this.seePod(object);
    else if (nameOf(object) === nameOf(this.aim.object) && type !== "DELETED") this.seeJob(object);
    return false;
  }

  isReady(): boolean {
    return this.isComplete;
  }

  failure(): Error | undefined {
    if (!this.failed) return undefined;
    const message = `Resource '${nameOf(this.job)}' was created but failed to initialize`;
    return new NotReady(message, this.job, this.problems());
  }

  problems(): string[] {
    return [...this.complaints];
  }

  private seeJob(job: PropertyMap): void {
    this.job = job;
    this.aim.log(`Waiting for Job "${displayName(job)}" to start`);
    if (!at(job, "status", "startTime")) return;
    const count = (key: string): number => numberAt(job, "status", key) ?? 0;
    const progress = `(Active: ${count("active")} | Succeeded: ${count("succeeded")} | Failed: ${count("failed")})`;
    this.aim.log(`Waiting for Job "${displayName(job)}" to succeed ${progress}`);
    const error = jobError(job);
    if (error) {
      this.complaints.add(error);
      this.failed = true;
    } else this.isComplete = isJobComplete(job);
  }

  private seePod(pod: PropertyMap): void {
    if (!isOwnedBy(pod, this.job)) return;
    for (const line of podComplaints(pod)) {
      this.complaints.add(line);
      // Every pod of a job passes through this.
      if (!line.includes("containers with unready status")) this.aim.log(line, "warning");
    }
  }
}

const conditionOf = (job: PropertyMap, type: string) =>
  listAt(job, "status", "conditions").find(
    (condition) => textAt(condition, "type") === type && textAt(condition, "status") === "True",
  );

export function jobError(job: PropertyMap): string | undefined {
  const failed = conditionOf(job, "Failed");
  const reason = textAt(failed, "reason");
  return ["BackoffLimitExceeded", "DeadlineExceeded"].includes(reason)
    ? `[${reason}] ${textAt(failed, "message")}`
    : undefined;
}

export const isJobComplete = (job: PropertyMap): boolean =>
  Boolean(at(job, "status", "startTime")) &&
  jobError(job) === undefined &&
  conditionOf(job, "Complete") !== undefined;
