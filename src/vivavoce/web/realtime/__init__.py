"""OpenAI's Realtime protocol over one WebSocket. docs/protocol.md describes it."""
