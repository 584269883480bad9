"""What is known of one frame when the floor decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Percept:
    """Probabilities of one frame, in the order in which they gate each other; where we stand."""

    echo: float = 0.0
    """That what sounds is our own voice coming back."""
    speech: float = 0.0
    """That anybody speaks."""
    owner: float = 0.0
    """That the owner of this conversation speaks."""
    other: float = 0.0
    """That somebody else speaks, who is not our echo."""
    person: str = ""
    """The name of the owner who speaks, where somebody is enrolled."""
    addressed: float = 0.0
    """That the owner speaks, and to us as far as the words tell."""
    aside: float = 0.0
    """That the words so far are said to somebody else; 0 while no words are known."""
    turn_end: float = 0.0
    """That the user's turn is over, by its sound; 0 while nothing scored this pause."""
    learned: bool = False
    """turn_end comes from the learned floor: it counts the words and the silence already, and
    rises by itself while the silence lasts."""
    soon: float = 0.0
    """That the turn will be over within half a second (learned floor only)."""
    unfinished: float = 0.0
    """That the words so far want more words ("what is the")."""
    backchannel: float = 0.0
    """That the words so far only mean "go on" ("uh-huh"); 0 while no words are known."""
    words: int = 0
    """How many words of the user's present turn are known."""
    settled: bool = False
    """The known words reach to the end of the user's last sound."""
    transcribing: bool = False
    """The recogniser is still at work on this turn's sound."""
    answering: bool = False
    """An answer of ours is on its way, sounding, or held in a duck."""
    audible: bool = False
    """Some of that answer has sounded."""
