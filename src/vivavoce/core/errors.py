"""Errors are named by what to do next and carry a stable code."""


class VivavoceError(Exception):
    """The root of our errors; the message says what to do next."""

    code = "error"


class ConfigError(VivavoceError):
    """A setting can't be used; the message names it and what would do."""

    code = "config"


class Retry(VivavoceError):
    """Transient: the same call may be made again."""

    code = "retry"


class Refused(VivavoceError):
    """Final: the same call will fail again; find another way."""

    code = "refused"


class Unable(Refused):
    """This model can't, whatever is asked, or can't do this: another may."""


class Broken(VivavoceError):
    """It failed halfway: what came until then stands, the rest never comes."""

    code = "broken"


class BadAudio(Refused):
    """The samples can't be used: empty, unreadable, a wrong rate."""

    code = "bad_audio"


class WeightsMissing(VivavoceError):
    """A weight is not on this machine, or is damaged; the message says how to get it."""

    code = "weights_missing"
