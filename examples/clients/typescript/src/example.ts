// What must be ordered, why, and a chart of the most urgent item; then live news of new snapshots.
//
//   npm ci && npm run codegen && npm run build && npm start -- http://localhost:8000/graphql
import { print } from "graphql";
import { GraphQLClient } from "graphql-request";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { graphql } from "./gql/index.js";
import type { PublishedSubscription, ReorderQuery } from "./gql/graphql.js";

const REORDER = graphql(`
  query Reorder($first: Int!, $after: String, $language: Language!) {
    replenishment(first: $first, after: $after, orderBy: [{ field: ALERT }, { field: DAYS_TO_STOCKOUT }]) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { alert daysToStockout recommendedOrder reason(language: $language) item { itemId datasetId name } }
    }
  }
`);

const CHART = graphql(`
  query Chart($itemId: String!, $datasetId: String!) {
    item(itemId: $itemId, datasetId: $datasetId) {
      unit
      history(last: 30) { dates quantities }
      forecast { source generatedAt dates forecast lower80 upper80 }
    }
  }
`);

const PUBLISHED = graphql(`
  subscription Published {
    snapshotPublished { snapshotId committedAt datasetIds }
  }
`);

type Order = NonNullable<ReorderQuery["replenishment"]>["nodes"][number];

const url = process.argv[2] ?? "http://localhost:8000/graphql";
const client = new GraphQLClient(url);

// Every page is read from the snapshot that the first one came from, whatever is published meanwhile.
const orders: Order[] = [];
let after: string | null = null;
do {
  const page: ReorderQuery = await client.request(REORDER, { first: 100, after, language: "PT" });
  orders.push(...page.replenishment.nodes);
  after = page.replenishment.pageInfo.hasNextPage ? page.replenishment.pageInfo.endCursor : null;
} while (after !== null);
console.log(`${orders.length} decisions`);

const urgent = orders[0];
if (urgent !== undefined) {
  const { itemId, datasetId, name } = urgent.item;
  console.log(`${urgent.alert} ${name}: ${urgent.reason}`);
  const { item } = await client.request(CHART, { itemId, datasetId });
  const forecast = item?.forecast;
  if (forecast) {
    const points = forecast.dates.map((date, i) => ({ date, mean: forecast.forecast[i], upper: forecast.upper80[i] ?? null }));
    console.log(`${points.length} points by ${forecast.source}, the first: ${JSON.stringify(points[0])}`);
  }
}

const live = createClient({ url: url.replace(/^http/, "ws"), webSocketImpl: WebSocket });
for await (const event of live.iterate<PublishedSubscription>({ query: print(PUBLISHED) })) {
  console.log(`snapshot ${event.data?.snapshotPublished.snapshotId} is served`);
  break; // a page would go on listening, and ask again
}
await live.dispose();
