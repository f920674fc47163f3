import eslint from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

export default tseslint.config(
  // The programs of the conformance cases are plain CommonJS, as a Pulumi project without types has it.
  {
    ignores: [
      "**/node_modules/",
      "**/dist/",
      "coverage/",
      "engine/conformance/cases/",
      "engine/conformance/any/",
      // A project of its own, whose package is not installed here.
      "docs/examples/foreign/",
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ["**/*.ts"],
    plugins: { "@pulumi": pulumi },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // An Output in a template prints an explanation instead of its value.
      "@pulumi/no-output-in-template-literal": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      // A method that is handed on by its name alone loses the object that it belongs to.
      "@typescript-eslint/unbound-method": "error",
      // A value that the line before has proven is not made clearer by a second check.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "max-lines": ["error", { max: 250, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    files: ["engine/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "/(commands|components|images|manager|policy|settings|systems|test)/",
              message: "The engine runs any Pulumi program; it knows nothing of this one.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["**/*.test.ts", "test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
    },
  },
);
