/** Quantities in the one form that the API server writes them: "1000m" is "1", "1024Mi" is "1Gi". */
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const DECIMAL: readonly (readonly [string, number])[] = [
  ["E", 18],
  ["P", 15],
  ["T", 12],
  ["G", 9],
  ["M", 6],
  ["k", 3],
  ["", 0],
  ["m", -3],
  ["u", -6],
  ["n", -9],
];
const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;
const NANO = 9;

/** The canonical text; what is no quantity comes back as it is, for the server to refuse. */
export function canonicalQuantity(text: string): string {
  const match = FORM.exec(text);
  if (!match) return text;
  const [, sign = "", digits = "", suffix = ""] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  let value = BigInt((whole || "0") + fraction || "0");
  const exponent = exponentOf(suffix) - fraction.length;
  const binary = (BINARY as readonly string[]).indexOf(suffix);
  // Everything in billionths, as the API server keeps them; what is smaller is rounded up.
  const shift = exponent + NANO;
  if (binary > 0) value <<= BigInt(binary * 10);
  const scaled =
    shift >= 0 ? value * 10n ** BigInt(shift) : ceilingDivide(value, 10n ** BigInt(-shift));
  if (scaled === 0n) return "0";
  const minus = sign === "-" ? "-" : "";
  const unit = 10n ** BigInt(NANO);
  if (binary > 0 && scaled % unit === 0n && scaled / unit >= 1024n)
    return minus + inBinary(scaled / unit);
  return minus + inDecimal(scaled, /^[eE]/.test(suffix));
}

function exponentOf(suffix: string): number {
  if (/^[eE][+-]?\d+$/.test(suffix)) return Number(suffix.slice(1));
  return DECIMAL.find(([name]) => name === suffix)?.[1] ?? 0;
}

const ceilingDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

function inBinary(value: bigint): string {
  let power = 0;
  let rest = value;
  while (power < BINARY.length - 1 && rest % 1024n === 0n) {
    rest /= 1024n;
    power++;
  }
  return `${rest}${BINARY[power]}`;
}

function inDecimal(nanos: bigint, exponential: boolean): string {
  for (const [name, exponent] of DECIMAL) {
    const unit = 10n ** BigInt(exponent + NANO);
    if (nanos % unit !== 0n) continue;
    if (!exponential) return `${nanos / unit}${name}`;
    return exponent === 0 ? `${nanos / unit}` : `${nanos / unit}e${exponent}`;
  }
  return String(nanos);
}
