// graphql-sse, distinct connections: queries, errors, a subscription that ends when the client leaves.
import { createClient } from "graphql-sse";
import { check, report } from "./check.mjs";

const [, , url, key] = process.argv;
const client = createClient({ url, singleConnection: false, headers: { "X-API-Key": key }, retryAttempts: 0 });
const one = (query, variables) =>
  new Promise((resolve, reject) => {
    let result;
    client.subscribe({ query, variables }, { next: (value) => { result = value; }, error: reject, complete: () => resolve(result) });
  });
const items = await one("query Q($first: Int!) { items(first: $first) { nodes { itemId } } }", { first: 2 });
check("a query", items.data.items.nodes.length === 2);
const wrong = await one("{ items(");
check("a syntax error is a result", wrong.errors[0].extensions.code === "GRAPHQL_PARSE_FAILED");

const seen = [];
const listening = (async () => {
  for await (const event of client.iterate({ query: "subscription { snapshotPublished { snapshotId } }" })) {
    seen.push(event.data.snapshotPublished.snapshotId);
    if (seen.length === 2) break;
  }
})();
while (seen.length < 1) await new Promise((resolve) => setTimeout(resolve, 10));
const done = await one("mutation { refreshData(force: true) { outcome } }");
check("a mutation", done.data?.refreshData.outcome === "REFRESHED");
await listening;
check("the subscriber was told", seen.length === 2);
client.dispose();
report();
