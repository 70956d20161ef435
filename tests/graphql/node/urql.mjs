// urql: a query, an error, and a subscription over graphql-sse.
import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-sse";
import { check, report } from "./check.mjs";

const url = process.argv[2];
const events = createClient({ url });
const client = new Client({
  url,
  preferGetMethod: false,
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (operation) => ({
        subscribe: (sink) => ({ unsubscribe: events.subscribe(operation, sink) }),
      }),
    }),
  ],
});

const found = await client.query(gql`query Q($first: Int!) { forecasts(first: $first) { nodes { date forecast } } }`, { first: 4 });
check("no error", found.error === undefined);
check("four rows", found.data.forecasts.nodes.length === 4);
const failing = await client.query(gql`{ forecasts(first: 10001) { totalCount } }`, {});
check("an error has a code", failing.error.graphQLErrors[0].extensions.code === "BAD_USER_INPUT");
check("and names the argument", failing.error.graphQLErrors[0].extensions.argument === "first");
const get = new Client({ url, preferGetMethod: "force", exchanges: [fetchExchange] });
const by = await get.query(gql`{ overview { itemCount } }`, {});
check("GET", by.error === undefined && by.data.overview.itemCount > 0);
const event = await new Promise((resolve) => {
  const listening = client.subscription(gql`subscription { snapshotPublished { snapshotId } }`, {}).subscribe((value) => {
    setTimeout(() => listening.unsubscribe());
    resolve(value);
  });
});
check("the current snapshot on subscribing", Number.isInteger(event.data?.snapshotPublished.snapshotId));
report();
