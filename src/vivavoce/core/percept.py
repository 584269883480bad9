"""What the ears make of one frame."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Percept:
    """Probabilities of one frame, in the order in which they gate each other."""

    echo: float = 0.0
    """That what sounds is our own voice coming back."""
    speech: float = 0.0
    """That anybody speaks."""
    owner: float = 0.0
    """That the owner of this conversation speaks."""
    addressed: float = 0.0
    """That the speech is meant for us."""
    turn_end: float = 0.0
    """That the user's turn is over; 0 while nothing scored it since the user last spoke."""
    backchannel: float = 0.0
    """That what the user says now only means "go on"; 0 while no words are known."""
    words: int = 0
    """How many words of the user's present turn are known."""
    playing: bool = False
    """Our own voice sounds, or is held in a duck."""
    answered: bool = False
    """An answer (or its draft) is there or on its way."""
