"""What can go wrong when weights are fetched."""

from vivavoce.core import Retry, VivavoceError


class PullFailed(Retry):
    """No source gave the files; the message names each source, why, and what to do."""

    code = "pull_failed"


class DiskFull(VivavoceError):
    """There is no room; what was fetched is kept and the next pull goes on from there."""

    code = "disk_full"


class SourceFailed(Exception):
    """One source can't give a file; the next one may."""
