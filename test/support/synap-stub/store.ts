/** What is in memory. */
export type Operation =
  | { readonly set: string; readonly value: string }
  | { readonly del: string }
  | { readonly publish: string; readonly payload: readonly number[] };

export class Store {
  readonly values = new Map<string, string>();
  readonly queues = new Map<string, (readonly number[])[]>();

  apply(operation: Operation): void {
    if ("set" in operation) this.values.set(operation.set, operation.value);
    else if ("del" in operation) this.values.delete(operation.del);
    else {
      const queue = this.queues.get(operation.publish) ?? [];
      this.queues.set(operation.publish, [...queue, operation.payload]);
    }
  }
}
