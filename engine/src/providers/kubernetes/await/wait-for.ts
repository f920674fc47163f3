/** The annotation pulumi.com/waitFor: conditions and fields that the user names. */
import type { PropertyMap } from "../../../provider.ts";
import { kindOfObject } from "../kinds.ts";
import { at, generationOf, listAt, numberAt, textAt } from "../objects.ts";
import type { Event } from "../watch.ts";
import { matchExpression, parseExpression } from "./json-path.ts";
import { newerOf, type Aim, type Log, type Waiting } from "./waiting.ts";

type Test = (object: PropertyMap, log: Log) => boolean;

export class WaitFor implements Waiting {
  readonly watches;
  readonly timeoutMessage = "timed out waiting for the condition";
  private seen: PropertyMap;
  private readonly aim: Aim;
  private readonly tests: readonly Test[];

  constructor(aim: Aim, annotation: string) {
    this.aim = aim;
    this.seen = aim.object;
    this.watches = [kindOfObject(aim.object)];
    this.tests = parseAnnotation(annotation).map(parseTest);
  }

  object(): PropertyMap {
    return this.seen;
  }

  see(event: Event): boolean {
    this.seen = newerOf(this.seen, event);
    return false;
  }

  isReady(): boolean {
    return this.tests.every((test) => test(this.seen, this.aim.log));
  }

  problems(): string[] {
    return [];
  }
}

/** One expression, or a JSON list of them. */
function parseAnnotation(text: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = [text];
  }
  const values = Array.isArray(list) ? list.map(String) : [text];
  if (values.length === 0) throw new Error("at least one condition must be specified");
  return values;
}

function parseTest(expression: string): Test {
  if (expression.startsWith("jsonpath=")) {
    const parsed = parseExpression(expression);
    return (object, log) => {
      const observed = numberAt(object, "status", "observedGeneration");
      if (observed !== undefined && observed < generationOf(object)) return false;
      const { isMatch, message } = matchExpression(object, parsed);
      log(message);
      return isMatch;
    };
  }
  if (!expression.startsWith("condition="))
    throw new Error(
      `expected a "jsonpath=" or "condition=" prefix, got ${JSON.stringify(expression)}`,
    );
  const [type = "", ...rest] = expression.slice("condition=".length).split("=");
  return (object, log) => hasCondition(object, type, rest.join("=") || "True", log);
}

function hasCondition(object: PropertyMap, type: string, status: string, log: Log): boolean {
  if (at(object, "status", "conditions") === undefined) {
    log("Has no .status.conditions", "warning");
    return false;
  }
  const condition = listAt(object, "status", "conditions").find(
    (item) => textAt(item, "type").toLowerCase() === type.toLowerCase() && textAt(item, "status"),
  );
  if (!condition) return false;
  const observed =
    numberAt(condition, "observedGeneration") ?? numberAt(object, "status", "observedGeneration");
  if (observed !== undefined && observed < generationOf(object)) {
    log(`Generation ${observed} is less than expected ${generationOf(object)}`);
    return false;
  }
  const found = textAt(condition, "status");
  const isMatch = found.toLowerCase() === status.toLowerCase();
  if (!isMatch) log(`Resource has condition ${type}=${found} (want ${status})`);
  return isMatch;
}
