"""The contract's types, in Strawberry: what a client can ask and what the words mean."""
