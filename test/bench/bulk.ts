/** So much data as one member more has to copy. */
export const BULK_GB = 1;

/** A million rows of some thousand bytes are a gigabyte. */
const ROWS_PER_GB = 1_000_000;
export const bulkRows = BULK_GB * ROWS_PER_GB;

/** One after the other: no statement is so large that it stands in the way of others. */
export function* bulkStatements(): Generator<string> {
  const step = 20_000;
  yield "create table big (n int primary key, message text)";
  for (let from = 0; from < bulkRows; from += step)
    yield `insert into big select n, repeat(md5(n::text), 30) from generate_series(${from + 1}, ${from + step}) n`;
}
