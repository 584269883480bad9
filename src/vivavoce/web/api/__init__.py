"""What the HTTP APIs share: reading requests, asking the mind, answering while clients wait."""
