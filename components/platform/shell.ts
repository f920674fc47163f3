/** Words as a POSIX shell reads them back, one by one. Pure. */
export const shellWords = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ");
