"""What can be wrong with a voice that is to be learned; each has its code. Nothing is stored."""

from vivavoce.core import Refused


class Unfit(Refused):
    """No voice can be taken from the recording; the message says how to make a better one."""

    code = "unfit"


class TooShort(Unfit):
    """Too little of it is speech."""

    code = "too_short"


class Silent(Unfit):
    """Nobody speaks."""

    code = "silent"


class TooQuiet(Unfit):
    """The microphone hardly hears it."""

    code = "too_quiet"


class TooLoud(Unfit):
    """The loud parts are cut off."""

    code = "too_loud"


class TwoVoices(Unfit):
    """More than one person speaks."""

    code = "two_voices"


class BadName(Refused):
    """That can't be a person's name."""

    code = "bad_name"


class NameTaken(Refused):
    """Somebody of that name is known already."""

    code = "name_taken"


class NotYours(Refused):
    """Only its owner or the house's may do that with a voice."""

    code = "not_yours"


class Unknown(Refused):
    """Nobody of that name is known."""

    code = "unknown_person"


class PersonDamaged(Refused):
    """What was kept of a person can't be read."""

    code = "person_damaged"
