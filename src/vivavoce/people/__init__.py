"""The people at home: their voices, learned, kept on this machine, forgotten when asked."""
