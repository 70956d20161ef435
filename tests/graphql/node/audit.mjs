// Runs every audit of the GraphQL over HTTP specification. Prints one JSON object: audits that did not pass.
import { auditServer } from "graphql-http";

const url = process.argv[2];
const results = await auditServer({ url });
const failed = [];
for (const result of results) {
  if (result.status !== "ok") failed.push({ name: result.name, status: result.status, reason: result.reason });
}
console.log(JSON.stringify({ total: results.length, failed }));
