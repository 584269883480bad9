"""The web, by the house's own SearXNG, and the house's own documents."""
