// An Output that ends up in a string is a bug: let it throw instead of printing an explanation.
process.env["PULUMI_ERROR_OUTPUT_STRING"] = "true";
