"""OpenAI's HTTP APIs: chat completions, responses, models."""
