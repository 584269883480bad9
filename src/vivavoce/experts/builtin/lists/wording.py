"""Things and lists as people say them. Pure."""

import re
from collections.abc import Sequence

MOST_SAID = 12
"""Things that one sentence tells."""
_TOGETHER = re.split(
    r"\|",
    "mac and cheese|macaroni and cheese|fish and chips|gin and tonic|half and half|"
    "peanut butter and jelly|cookies and cream|oil and vinegar|cream and onion|sage and onion|"
    "bread and butter pickles|sweet and sour|head and shoulders|ham and cheese|"
    "johnson and johnson|bits and pieces",
)
_SPLIT = re.compile(r"\s*(?:,\s*and\s+|,|;|\n|\s+and\s+|\s+plus\s+|\s+&\s+)\s*")
_ARTICLE = re.compile(r"^(?:some|any|the|a|an|more|another|my|our|and)\s+", re.IGNORECASE)
_OWNER = re.compile(r"^(?:the|my|our|a|new)\s+", re.IGNORECASE)
_SAME = {
    "": "shopping",
    "grocery": "shopping",
    "groceries": "shopping",
    "the": "shopping",
    "todo": "to do",
    "to-do": "to do",
    "todos": "to do",
    "tasks": "to do",
    "task": "to do",
}


def things(text: str) -> tuple[str, ...]:
    """ "some milk, eggs and butter" is three things; "mac and cheese" is one."""
    kept = text.strip().rstrip(".!?")
    for i, pair in enumerate(_TOGETHER):
        kept = re.sub(re.escape(pair), f"\0{i}\0", kept, flags=re.IGNORECASE)
    found: dict[str, str] = {}
    for part in _SPLIT.split(kept):
        whole = re.sub("\0(\\d+)\0", lambda m: _TOGETHER[int(m[1])], part)
        bare = _without(_ARTICLE, whole)
        if bare:
            found.setdefault(key(bare), bare)
    return tuple(found.values())


def as_said(given: str, words: str) -> str:
    """With the commas that matching a plain command took away, if the speaker's words have it."""
    pattern = r"[,;]*\s+".join(re.escape(word) for word in given.split())
    found = re.search(pattern, words, re.IGNORECASE) if given.strip() else None
    return found[0] if found and "," not in given else given


def key(thing: str) -> str:
    """What makes two things the same: case, articles and a plural s don't."""
    words = _without(_ARTICLE, thing).casefold().split()
    return " ".join(w[:-1] if len(w) > 3 and w.endswith("s") and w[-2] != "s" else w for w in words)


def named(text: str) -> str:
    """A list's name: "my Groceries list" is "shopping"."""
    bare = _without(_OWNER, text.strip()).casefold().strip(" .'\"")
    bare = bare.removesuffix("list").strip().removesuffix("'s").strip()
    return _SAME.get(bare, bare)


def joined(words: Sequence[str], most: int = MOST_SAID) -> str:
    """ "milk, eggs and butter"; "… and 5 more"."""
    shown = list(words[:most])
    if len(words) > most:
        return f"{', '.join(shown)} and {len(words) - most} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def sentence(text: str) -> str:
    """Begins large and ends with a full stop."""
    return f"{text[:1].upper()}{text[1:]}." if text[-1:] not in ".!?" else text


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Without all of what it may begin with."""
    text, before = " ".join(text.split()), None
    while text != before:
        before, text = text, pattern.sub("", text).strip()
    return text
