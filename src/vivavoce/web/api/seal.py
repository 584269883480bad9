"""Thoughts that go through a client's hands, and must come back as they were."""

import base64
import hmac
import json
import secrets

from vivavoce.core import Refused, Thought

_MARK = "vv1"


class Seal:
    """Signs with a key of this process. What an earlier process signed is no longer known."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._name = hmac.digest(self._key, b"name", "sha256").hex()[:12]

    def close(self, thought: Thought, *, carries_text: bool = False) -> str:
        """ASCII; carries_text: the client is not shown the text, and brings it back in here."""
        inner = {"v": thought.vendor, "s": thought.signature, "r": thought.redacted}
        if carries_text:
            inner["t"] = thought.text
        body = base64.urlsafe_b64encode(json.dumps(inner).encode()).decode()
        return f"{_MARK}.{self._name}.{body}.{self._sign(body, thought.text)}"

    def open(self, sealed: str, text: str = "") -> Thought | None:
        """The thought as it was; None if an earlier process sealed it. Refused: modified."""
        mark, name, body, signature = (*sealed.split("."), "", "", "", "")[:4]
        if mark != _MARK or not sealed.isascii():
            raise Refused("this signature is not one of this server's")
        if name != self._name:
            return None
        try:
            inner = json.loads(base64.urlsafe_b64decode(body))
        except ValueError:
            raise Refused("the block was modified") from None
        said = str(inner.get("t", text))
        if not hmac.compare_digest(signature, self._sign(body, said)):
            raise Refused("the block was modified")
        return Thought(said, inner["s"], inner["r"], inner["v"])

    def _sign(self, body: str, text: str) -> str:
        told = f"{body}.{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, told, "sha256").hex()
