/** What a configuration file is made of. */
export type Yaml =
  string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml | undefined };

/**
 * Block YAML with every string in double quotes, where JSON and YAML mean the same: nothing can be taken
 * for a number, a date or a comment. Keys that are undefined are left out.
 */
export function toYaml(value: Yaml): string {
  return `${block(value, "").join("\n")}\n`;
}

function block(value: Yaml, indent: string): string[] {
  if (Array.isArray(value)) {
    return (value as readonly Yaml[]).flatMap((item) => {
      if (isScalar(item)) return [`${indent}- ${scalar(item)}`];
      const [first = "", ...rest] = block(item, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  if (isScalar(value)) return [`${indent}${scalar(value)}`];
  return Object.entries(value).flatMap(([key, item]) => {
    if (item === undefined) return [];
    const name = /^[A-Za-z_][\w./-]*$/.test(key) ? key : JSON.stringify(key);
    return isScalar(item)
      ? [`${indent}${name}: ${scalar(item)}`]
      : [`${indent}${name}:`, ...block(item, `${indent}  `)];
  });
}

function isScalar(value: Yaml): boolean {
  return typeof value !== "object" || Object.keys(value).length === 0;
}

function scalar(value: Yaml): string {
  return JSON.stringify(value);
}
