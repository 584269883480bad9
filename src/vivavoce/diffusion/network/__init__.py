"""The network: Qwen2 that may also attend to masks in both directions."""
