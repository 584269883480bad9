"""Other systems, run with their own classes and stock settings."""
