"""Amazon's Signature Version 4, for one POST with a short body.

Of our own: botocore's signer brings 30 MB of service descriptions, Amazon's small one
(aws-sdk-signers) needs Python 3.12, and the others have one author and few users. It is four
HMACs; the tests compare it with botocore's.
"""

import configparser
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from vivavoce.core import Unable


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of an AWS account."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)
    """Of a session, where there is one."""


def credentials() -> Credentials:
    """AWS_ACCESS_KEY_ID and the like, else the profile in ~/.aws/credentials; Unable if none."""
    env = os.environ
    if env.get("AWS_ACCESS_KEY_ID") and env.get("AWS_SECRET_ACCESS_KEY"):
        return Credentials(
            env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN", "")
        )
    path = Path(env.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()
    profile = env.get("AWS_PROFILE") or "default"
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
        found = parser[profile]
        return Credentials(
            found["aws_access_key_id"],
            found["aws_secret_access_key"],
            found.get("aws_session_token", ""),
        )
    except (configparser.Error, KeyError, UnicodeDecodeError) as missing:
        raise Unable(
            "Amazon's keys are missing; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
            f"[{profile}] in {path}, or key_env to a Bedrock API key"
        ) from missing


def sign(
    keys: Credentials,
    *,
    region: str,
    service: str,
    host: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    now: datetime,
) -> dict[str, str]:
    """The headers with those that sign them; path is already percent-encoded, now is UTC."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    signed = {k.lower(): " ".join(v.split()) for k, v in headers.items()}
    signed |= {"host": host, "x-amz-date": stamp}
    if keys.token:
        signed["x-amz-security-token"] = keys.token
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        [
            "POST",
            quote(path, safe="/-_.~"),  # once more: only S3 wants it as it is
            "",
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    to_sign = "\n".join(
        ["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = f"AWS4{keys.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={keys.access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return signed
