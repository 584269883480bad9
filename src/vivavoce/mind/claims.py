"""The start-up control: servers that claim to hold a thinking budget are asked to prove it."""

import logging
from collections.abc import Iterable

import anyio

from vivavoce.core import VivavoceError
from vivavoce.models import LanguageModel
from vivavoce.models.remote import Remote, prove

log = logging.getLogger(__name__)
PATIENCE_S = 120.0
"""For one server; then its claim counts as a hint, as before."""


async def check_claims(models: Iterable[LanguageModel]) -> None:
    """Asks each server that claims it, one after the other; what it proves its card says then."""
    for model in models:
        if not isinstance(model, Remote) or not model.server.counted:
            continue
        try:
            with anyio.fail_after(PATIENCE_S):
                kept = await prove(model)
        except (VivavoceError, TimeoutError) as failed:
            code = getattr(failed, "code", "timeout")
            log.warning("%s has not proved its thinking budget (%s)", model.server.name, code)
        except Exception:  # a server may be anybody's: the house opens without its proof
            log.exception("%s has not proved its thinking budget", model.server.name)
        else:
            log.info("%s holds a thinking budget: %s", model.server.name, kept)
