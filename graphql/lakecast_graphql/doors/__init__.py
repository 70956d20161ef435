"""The doors: GraphQL over HTTP, server-sent events and WebSocket, the older refresh, health, metrics, pages."""
