"""The only wiring: one conversation, from its frames to its events."""
