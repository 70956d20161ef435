// Apollo Client: a query with variables from its cache, an error, persisted queries and a subscription.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client/core";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createHash } from "node:crypto";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { check, report } from "./check.mjs";

const url = process.argv[2];
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
let posted = 0;
const counting = (...call) => {
  posted += 1;
  return fetch(...call);
};
const http = new PersistedQueryLink({ sha256 }).concat(new HttpLink({ uri: url, fetch: counting }));
const socket = createClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket });
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === "subscription",
    new GraphQLWsLink(socket),
    http,
  ),
});

const ITEMS = gql`
  query Items($first: Int!) {
    items(first: $first) { totalCount nodes { id itemId name champion forecast { dates forecast } } }
  }
`;
const { data } = await client.query({ query: ITEMS, variables: { first: 3 } });
check("three items", data.items.nodes.length === 3);
check("typename", data.items.nodes[0].__typename === "Item");
check("hash first, then query and hash", posted === 2);
await client.query({ query: ITEMS, variables: { first: 2 } });
check("a known hash is enough", posted === 3);
await client.query({ query: ITEMS, variables: { first: 3 } });
check("the second time is from the cache", posted === 3);
const id = client.cache.identify(data.items.nodes[0]);
check("the cache knows the item by its id", client.cache.extract()[id].itemId === data.items.nodes[0].itemId);

const node = await client.query({ query: gql`query Node($id: ID!) { node(id: $id) { id ... on Item { itemId } } }`, variables: { id: data.items.nodes[0].id } });
check("node", node.data.node.itemId === data.items.nodes[0].itemId);

const failing = await client.query({ query: gql`{ item(itemId: "x", datasetId: "nowhere") { name } }`, errorPolicy: "all", fetchPolicy: "no-cache" });
check("an error has a code", CombinedGraphQLErrors.is(failing.error) && failing.error.errors[0].extensions.code === "BAD_USER_INPUT");

const event = await new Promise((resolve, reject) => {
  const listening = client.subscribe({ query: gql`subscription { snapshotPublished { snapshotId } }` }).subscribe({
    next: (value) => { listening.unsubscribe(); resolve(value); },
    error: reject,
  });
});
check("the current snapshot on subscribing", Number.isInteger(event.data.snapshotPublished.snapshotId));
await socket.dispose();
client.stop();
report();
