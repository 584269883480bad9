"""Language models that run elsewhere."""

from vivavoce.models.remote.anthropic import Anthropic
from vivavoce.models.remote.bedrock import Bedrock
from vivavoce.models.remote.dialect import Dialect
from vivavoce.models.remote.openai import OpenAI
from vivavoce.models.remote.prove import prove
from vivavoce.models.remote.remote import Remote
from vivavoce.models.remote.server import Key, Kind, Server

__all__ = ["Key", "Remote", "Server", "connect", "prove"]

_DIALECTS: dict[Kind, type[OpenAI] | type[Anthropic] | type[Bedrock]] = {
    "openai": OpenAI,
    "anthropic": Anthropic,
    "bedrock": Bedrock,
}


def connect(server: Server) -> Remote:
    """The model of an entry; nothing is sent before it is asked something."""
    dialect: Dialect = _DIALECTS[server.kind](server)
    return Remote(server, dialect)
