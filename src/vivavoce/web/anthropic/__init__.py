"""Anthropic's HTTP API: messages, token counts, models."""
