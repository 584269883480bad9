"""τ²'s airline and retail desks as experts: is what is called done, and can the local model."""
