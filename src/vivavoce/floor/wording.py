"""What the words alone say of the turn. English; pure.

A lexicon, on purpose: the learned floor will replace it, and until then everyone can read why.
"""

import re

_GO_ON = {
    "uh-huh", "uhhuh", "uh", "huh", "mm-hm", "mm-hmm", "mmhm", "mhm", "mm", "mmm", "hm", "hmm",
    "hmmm", "yeah", "yep", "yes", "yup", "ya", "right", "ok", "okay", "sure", "ah", "aha", "oh",
    "wow", "cool", "nice", "great", "i", "see", "got", "it", "really", "interesting", "true",
    "exactly", "um", "erm",
}  # fmt: skip
_WANTS_MORE = {
    "a", "an", "the", "my", "your", "his", "our", "their", "and", "or", "but", "because", "if",
    "so", "to", "of", "for", "with", "from", "into", "than", "between", "is", "are", "was",
    "were", "am", "um", "uh", "er", "erm", "like", "which", "whose", "i'd", "i'm", "could",
    "would", "should", "can", "very", "some", "tell", "that's", "what's", "let's", "maybe",
    "and/or",
}  # fmt: skip
_TRAILS_OFF = re.compile(r"(\.\.\.|…|[-–—,])\s*$")


def normal(text: str) -> tuple[str, ...]:
    """Lower-case words without punctuation: what two transcripts are compared by."""
    return tuple(w for w in re.sub(r"[^\w\s'-]", " ", text.lower()).split() if w.strip("-'"))


def backchannel(text: str) -> float:
    """Probability that the words only mean "go on"; 0 when there are none."""
    words = normal(text)
    if not words or len(words) > 4:
        return 0.0
    return 0.95 if all(w in _GO_ON for w in words) else 0.02


def unfinished(text: str) -> float:
    """Probability that the sentence wants more words."""
    words = normal(text)
    if not words:
        return 0.0
    if words[-1] in _WANTS_MORE:
        return 0.9
    return 0.8 if _TRAILS_OFF.search(text) else 0.0
