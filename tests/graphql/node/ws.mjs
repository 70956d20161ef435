// graphql-ws: queries, errors that leave the socket open, several subscriptions, events of a new snapshot.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { check, report } from "./check.mjs";

const [, , url, key] = process.argv;
let closes = 0;
let frames = 0;
class Watched extends WebSocket {
  constructor(...given) {
    super(...given);
    this.on("message", (_, binary) => { if (binary) frames += 1; });
  }
}
const client = createClient({
  url: url.replace("http", "ws"),
  webSocketImpl: Watched,
  lazy: false,
  connectionParams: { "X-API-Key": key },
  on: { closed: () => { closes += 1; } },
});
const one = (query, variables) =>
  new Promise((resolve, reject) => {
    let result;
    client.subscribe({ query, variables }, { next: (value) => { result = value; }, error: reject, complete: () => resolve(result) });
  });
const refused = (query) => one(query).then(() => undefined, (errors) => errors[0].extensions.code);

const items = await one("query Q($first: Int!) { items(first: $first) { nodes { itemId } } }", { first: 2 });
check("a query", items.data.items.nodes.length === 2);
check("a syntax error is an error message", (await refused("{ items(")) === "GRAPHQL_PARSE_FAILED");
check("so is a misspelt field", (await refused("subscription { nope }")) === "GRAPHQL_VALIDATION_FAILED");
check("and a bad variable", (await refused("query Q($first: Int!) { items(first: $first) { totalCount } }")) === "BAD_USER_INPUT");
const failing = await one("{ item(itemId: \"x\", datasetId: \"nowhere\") { name } }");
check("a failing field is in the result", failing.errors[0].extensions.code === "BAD_USER_INPUT");

const seen = [];
const listening = ["a", "b"].map(async (name) => {
  let count = 0;
  for await (const event of client.iterate({ query: `subscription ${name} { snapshotPublished { snapshotId } }` })) {
    seen.push([name, event.data.snapshotPublished.snapshotId]);
    if (++count === 2) break;
  }
});
while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
check("the current snapshot on subscribing", seen[0][1] === seen[1][1]);
const done = await one("mutation { refreshData(force: true) { outcome } }");
check("a mutation with the key of connection_init", done.data?.refreshData.outcome === "REFRESHED");
await Promise.all(listening);
check("both were told of the refresh", seen.length === 4);
check("the socket stayed open", closes === 0);
check("frames are text", frames === 0);
await client.dispose();
report();
