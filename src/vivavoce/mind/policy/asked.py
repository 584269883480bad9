"""Whether the speaker's own words ask for this kind of act. Pure, by tables."""

import re
from functools import lru_cache

from vivavoce.mind.policy.said import STOP, Said, plain, said, stem, tokens

VERBS = {
    "send": "send mail email message text write reply respond answer forward pass tell notify "
    "inform ask pay refund transfer wire reimburse spend buy donate return give post",
    "reply": "reply respond answer write send tell",
    "forward": "forward send pass",
    "pay": "pay send transfer wire refund reimburse settle buy spend",
    "transfer": "transfer send pay wire refund move",
    "buy": "buy order purchase get pay shop",
    "order": "order buy purchase get",
    "post": "post publish put send write share upload tell announce",
    "share": "share send give grant invite",
    "invite": "invite add ask bring include",
    "add": "add append put include insert invite write note bring save extend join",
    "append": "add append put include insert write extend",
    "create": "create make add new set schedule plan book put write save note start prepare draft "
    "arrange organise organize block enter",
    "write": "write create make note save draft put add",
    "save": "save keep store write note put remember",
    "schedule": "schedule set plan book create add arrange repeat",
    "reschedule": "reschedule move postpone shift change delay push bring put",
    "move": "move reschedule postpone shift change put push bring",
    "set": "set make put change turn start remind wake create add switch adjust raise lower need",
    "update": "update change modify adjust edit set correct fix move switch raise lower",
    "change": "change update modify adjust edit set correct fix move switch raise lower turn make",
    "adjust": "adjust make turn set raise lower warm cool dim brighten more less",
    "draft": "draft write compose prepare reply answer",
    "discard": "discard delete remove throw drop",
    "remind": "remind remember reminder tell",
    "edit": "edit change update modify adjust correct fix rewrite",
    "rename": "rename call name change",
    "delete": "delete remove erase clear drop wipe trash discard",
    "remove": "remove delete erase clear drop kick ban throw exclude take",
    "cancel": "cancel delete remove drop call stop",
    "clear": "clear delete remove empty erase wipe",
    "reserve": "reserve book reservation booking get order rent",
    "book": "book reserve reservation booking get order rent",
    "rent": "rent reserve book hire get",
    "switch": "switch turn put light dark shut kill set",
    "dim": "dim lower darken brighten raise less more",
    "open": "open raise unlock let lift",
    "close": "close shut lower lock",
    "lock": "lock close secure",
    "unlock": "unlock open let",
    "play": "play put hear listen start queue music",
    "pause": "pause stop hold quiet",
    "stop": "stop pause end cancel quit off enough",
    "start": "start begin run launch set",
    "run": "run start do execute activate",
    "get": "get read show find see look open visit check summarise summarize tell browse go fetch "
    "load access what",
    "fetch": "fetch get read open visit look load show summarise summarize",
    "read": "read open look check see show tell summarise summarize get what",
    "visit": "visit open go read browse look check see",
    "search": "search find look google check what who when where how",
}  # fmt: skip
"""A tool's verb, and what people say for it."""


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


_EXACT = _stems("reschedule invite reserve forward reply unlock pay rent dim")
"""Verbs that say enough without a word for what they are about."""
_NOUNS = _stems(
    "mail email message text post note book order call plan schedule transfer refund wire light "
    "lock queue answer share change update file start play name repeat block music save draft pass "
    "report rent settle shop place"
)
"""Words that are as often things: verbs only where a request begins."""
_BEFORE = (
    "please to and then you also just can could will would must should i we let's or but now don't "
    'not never finally ; . , : ! ? ( ) - "'
)
_BEGINS = frozenset(_BEFORE.split())
"""What stands before a verb at the beginning of a request."""
_PAST = frozenset(("sent", "paid", "bought", "wrote", "told", "gave", "made"))
_OTHERS = "i we they he she who just was were had has have you"
_DONE_BY = frozenset(_OTHERS.split())
"""Before a verb of the past: it tells, and asks for nothing."""
_FOR_ME = _stems("give tell show get ask bring")
_PART = re.compile(r"[\w'’-]+|[.,;:!?()\"]")

THINGS = (
    "money payment pay bill rent transaction transfer refund invoice cost price fee salary dollar "
    "euro pound amount owe debt subscription iban account order donate wire deposit difference "
    "$ € £",
    "mail email inbox reply forward letter newsletter message dm text chat tell channel slack sms "
    "write post answer ask greet say",
    "event events calendar meeting appointment lunch dinner breakfast party trip reunion date "
    "session call reminder agenda schedule birthday",
    "file document doc list folder drive spreadsheet note sheet minutes report",
    "list shopping grocery item todo",
    "webpage page website site article blog link url web post result story news",
    "password pin passcode login credentials",
    "info information profile address detail name phone personal",
    "hotel room stay accommodation lodging night",
    "restaurant table dinner lunch food eat meal",
    "car vehicle rental drive",
    "flight plane fly ticket",
    "timer countdown minute second hour",
    "alarm wake",
    "lamp light lights dark bright",
    "door lock gate garage",
    "heating thermostat temperature warm cold degree climate",
    "song music track album playlist artist radio",
)
"""What acts are about: words of a line mean the same kind of thing."""

_BY_THING = {
    s: frozenset(n for n, line in enumerate(THINGS) if s in _stems(line))
    for s in frozenset().union(*map(_stems, THINGS))
}
KINDS = frozenset(_BY_THING)
"""Stems of words that say what kind of thing it is, not which one."""
_BY_VERB = {stem(verb): _stems(words) for verb, words in VERBS.items()}
_TOKENS_OF = {  # what an address, a sum or a file name is about, without a word for it
    re.compile(r"\S@\S"): "mail",
    re.compile(r"[$€£]"): "money",
    re.compile(r"\bhttps?://|\bwww\."): "page",
    re.compile(r"\w\.(?:txt|md|pdf|csv|docx?|xlsx?|pptx?|odt)\b"): "file",
}
_SENTENCE = re.compile(r"(?<=[.?!;])\s+")
_HANDED_OVER = re.compile(
    r"\b(?:follow|do|perform|execute|carry out|complete|handle|take care of|work through)\b"
    r"(?P<gap>[^.?!]{0,30}?)"
    r"\b(?:instructions?|actions?|steps|tasks?|to-?dos?|"
    r"(?:it|he|she|they) (?:says?|asks?|wants?))\b"
)


def asked(tool: str, about: str, speaker: Said) -> bool:
    """Whether the words have the tool's verb, or one that people say for it, and a word for what
    it is about, if that is a known kind of thing."""
    verbs, things, rest = _act(tool, about)
    wanted = _wanted(speaker.text)
    said = [_BY_VERB[verb] & wanted for verb in verbs] or [rest & speaker.stems]
    if not any(said):
        return False
    return not things or bool(verbs & _EXACT & wanted) or bool(things & _things(speaker))


def sentences_for(tool: str, about: str, speaker: Said) -> list[Said]:
    """The sentences that by themselves ask for it."""
    parts = [said((part,)) for part in _SENTENCE.split(speaker.text)]
    return [part for part in parts if asked(tool, about, part)]


def handed_over(speaker: Said) -> bool:
    """Whether they leave it to a text what is to be done: "do what the mail asks for"."""
    return any("following" not in m["gap"] for m in _HANDED_OVER.finditer(speaker.text))


@lru_cache(maxsize=1024)
def _act(tool: str, about: str) -> tuple[frozenset[str], frozenset[int], frozenset[str]]:
    """Its verbs (none: no known one), what it is about, and the stems of its name."""
    name = [stem(token) for token in re.split(r"[^a-z]+", tool.casefold()) if token]
    verbs = [token for token in name if token in _BY_VERB]
    if not verbs:
        first = tokens(plain(about.partition(".")[0]))[:4]
        verbs = [s for word in first if (s := stem(word)) in _BY_VERB][:1]
    kinds = [_BY_THING[token] for token in name if token not in verbs and token in _BY_THING]
    rest = frozenset(token for token in name[1:] or name if token not in STOP)
    return frozenset(verbs), frozenset().union(*kinds), rest


@lru_cache(maxsize=256)
def _wanted(text: str) -> frozenset[str]:
    """Stems of the words that may be the verb of a request: not "they sent me", "the email"."""
    parts = [".", *_PART.findall(text), "."]
    return frozenset(
        stem(word)
        for before, word, after in zip(parts, parts[1:], parts[2:], strict=False)
        if _is_verb(before, word, after in ("me", "us"))
    )


def _is_verb(before: str, word: str, to_me: bool) -> bool:
    root = stem(word)
    if to_me and (word in _PAST or root in _FOR_ME):
        return False
    if (word in _PAST or word.endswith("ed")) and before in _DONE_BY:
        return False
    return root not in _NOUNS or before in _BEGINS


def _things(speaker: Said) -> frozenset[int]:
    """Kinds of things that the words are about."""
    kinds = [_BY_THING[s] for s in speaker.stems if s in _BY_THING]
    kinds += [
        _BY_THING[stem(word)] for mark, word in _TOKENS_OF.items() if mark.search(speaker.text)
    ]
    return frozenset().union(*kinds)
