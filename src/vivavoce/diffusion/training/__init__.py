"""How the drafts are learned: from text, the base model's own above all, an adapter that makes a
block of masks say what the untouched causal weights will say."""
