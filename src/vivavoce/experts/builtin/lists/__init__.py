"""Shopping and other lists, and recipes."""
