"""Where turns end: the benchmark, and the said turns that it and the training use."""
