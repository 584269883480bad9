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
_OPENS = re.compile(
    r"((no|yes|yeah|okay|ok|alright|right|hey|please|oh|ah) )*"
    r"((actually|well|so|also|wait|sorry|h+m+|um|uh|er|erm|but|and|listen|look|anyways?|then|oh|ah"
    r"|alternatively|besides|basically|honestly|excuse me|hold on|hang on|i mean|you know"
    r"|by the way|one more thing)( |$))+"
)
"""What people say before what they want to say; alone it is no turn."""
_WHOLE = {
    "yes", "yeah", "yep", "yup", "no", "nope", "nah", "okay", "ok", "sure", "right", "correct",
    "exactly", "absolutely", "definitely", "true", "fine", "good", "great", "perfect", "thanks",
    "thank", "you", "please", "stop", "quiet", "silence", "enough", "cancel", "pause", "play",
    "continue", "resume", "repeat", "again", "next", "skip", "back", "louder", "quieter", "faster",
    "slower", "help", "hello", "hi", "hey", "bye", "goodbye", "morning", "evening", "night", "go",
    "on", "ahead", "never", "mind", "nevermind", "not", "now", "it", "that", "this", "later", "oh",
    "uh-huh", "mm-hmm", "mhm", "of", "course", "all", "alright", "do", "forget", "i", "see", "know",
}  # fmt: skip
"""Commands and answers of one or two words are made of these."""
_SHORT_WORDS = 2
_TRAILS_OFF = re.compile(r"(\.\.\.|…|[-–—,])\s*$")


def normal(text: str) -> tuple[str, ...]:
    """Lower-case words without punctuation: what two transcripts are compared by."""
    return tuple(w for w in re.sub(r"[^\w\s'-]", " ", text.lower()).split() if w.strip("-'"))


_HUMMED = ("i'm",)
"""What the recogniser makes of a hum now and then; who means it goes on, and then it is more."""


def backchannel(text: str) -> float:
    """Probability that the words only mean "go on"; 0 when there are none."""
    words = normal(text)
    if not words or len(words) > 4:
        return 0.0
    return 0.95 if all(w in _GO_ON for w in words) or words == _HUMMED else 0.02


def unfinished(text: str) -> float:
    """Probability that the sentence wants more words.

    One or two words that are neither a command nor an answer nor a question may be all of it
    ("Paris."), or its beginning, which sounds just as final."""
    words = normal(text)
    if not words:
        return 0.0
    if words[-1] in _WANTS_MORE or _OPENS.fullmatch(" ".join(words)):
        return 0.9
    if _TRAILS_OFF.search(text):
        return 0.8
    asked = text.rstrip().endswith("?")
    short = len(words) <= _SHORT_WORDS and not asked and not all(w in _WHOLE for w in words)
    return 0.3 if short else 0.0
