"""The local models as a ladder: small, large, large and thinking, a vote; and who goes up it."""
