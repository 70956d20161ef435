import { createHash } from "node:crypto";
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: process.env["LAKECAST_SCHEMA"] ?? "../../schema/lakecast_schema/lakecast.graphql",
  documents: ["src/operations.graphql"],
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: {
          hashPropertyName: "hash",
          hashAlgorithm: (text: string) => createHash("sha256").update(text).digest("hex"),
        },
      },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        // JSON carries dates and instants as ISO 8601 text.
        scalars: { Date: "string", DateTime: "string", JSON: "unknown" },
        documentMode: "string",
        pureMagicComment: true,
        emitLegacyCommonJSImports: false,
      },
    },
  },
};

export default config;
