// An Output that ends up in a string is a bug: let it throw instead of printing an explanation.
process.env["PULUMI_ERROR_OUTPUT_STRING"] = "true";

// Elsewhere every run of a property looks at new cases; in CI a change is judged by the same ones each time.
if (process.env["CI"] !== undefined) {
  const { default: fc } = await import("fast-check");
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });
}
