import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  // The SDL that the server publishes; `http://localhost:8000/schema.graphql` of any server works as well.
  schema: process.env["LAKECAST_SCHEMA"] ?? "../../../schema/lakecast_schema/lakecast.graphql",
  documents: ["src/**/*.ts", "!src/gql/**"],
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        // JSON carries dates and instants as ISO 8601 text.
        scalars: { Date: "string", DateTime: "string", JSON: "unknown" },
        documentMode: "documentNode",
        importExtension: ".js",
        emitLegacyCommonJSImports: false,
      },
    },
  },
};

export default config;
