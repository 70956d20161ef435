// graphql-request: variables, an error with its status, a mutation without a key.
import { ClientError, GraphQLClient, gql } from "graphql-request";
import { check, report } from "./check.mjs";

const client = new GraphQLClient(process.argv[2]);
const data = await client.request(gql`query Q($id: String!, $data: String!) { item(itemId: $id, datasetId: $data) { name } }`, { id: "shared", data: "alpha" });
check("an item", typeof data.item.name === "string");
const fails = async (document, code) => {
  try {
    await client.request(document);
    return false;
  } catch (error) {
    return error instanceof ClientError && error.response.errors[0].extensions.code === code;
  }
};
check("a misspelt field", await fails(gql`{ itemz { totalCount } }`, "GRAPHQL_VALIDATION_FAILED"));
check("no GraphQL", await fails("{", "GRAPHQL_PARSE_FAILED"));
check("no key", await fails(gql`mutation { refreshData { outcome } }`, "UNAUTHENTICATED"));
report();
