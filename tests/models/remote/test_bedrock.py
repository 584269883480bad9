"""Amazon Bedrock's Converse; botocore is the referee."""

import base64
import gzip
import json
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as AwsCredentials
from botocore.eventstream import EventStreamBuffer
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from tests.models.remote.peers import HELLO, Peer, Says, ask, told
from tests.models.remote.test_openai import PICTURE, WEATHER
from vivavoce.core import Broken, Budget, Call, Message, Refused, Retry, Thought
from vivavoce.models import Request, Text, Thinking, Usage
from vivavoce.models.remote import frames, sigv4

AMAZON = "application/vnd.amazon.eventstream"
NOVA = {"kind": "bedrock", "region": "us-east-1", "model": "us.amazon.nova-2-lite-v1:0"}


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    head = b"".join(
        bytes([len(k)]) + k.encode() + b"\x07" + struct.pack(">H", len(v.encode())) + v.encode()
        for k, v in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    prelude += struct.pack(">I", zlib.crc32(prelude))
    whole = prelude + head + payload
    return whole + struct.pack(">I", zlib.crc32(whole))


def event(name: str, **content: Any) -> bytes:
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(content | {"p": "abcdefgh"}).encode())


def raised(name: str, message: str) -> bytes:
    headers = {":exception-type": name, ":message-type": "exception"}
    return frame(headers, json.dumps({"message": message}).encode())


def delta(index: int, **content: Any) -> bytes:
    return event("contentBlockDelta", contentBlockIndex=index, delta=content)


def end(reason: str, **usage: int) -> list[bytes]:
    counts = {"inputTokens": 11, "outputTokens": 22, "totalTokens": 33} | usage
    return [
        event("contentBlockStop", contentBlockIndex=0),
        event("messageStop", stopReason=reason),
        event("metadata", usage=counts, metrics={"latencyMs": 1}),
    ]


BEGIN = event("messageStart", role="assistant")
TEXT = [BEGIN, delta(0, text="Hel"), delta(0, text="lo")]


def says(*parts: bytes) -> Peer:
    buffer = EventStreamBuffer()  # the official package reads it too
    buffer.add_data(b"".join(parts))
    assert len(list(buffer)) == len(parts)
    return Peer(Says(parts, media_type=AMAZON))


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "AQoDYXdzEPT")


def nova(peer: Peer, request: Request = HELLO, **entry: Any) -> list[Any]:
    return ask(peer, request, **(NOVA | entry))


def test_text_comes_piece_by_piece_and_the_count_last() -> None:
    *text, usage = nova(says(*TEXT, *end("end_turn", cacheReadInputTokens=5)))
    assert text == [Text("Hel"), Text("lo")]
    assert usage == Usage(16, 5, 22, 0, "stop", model="far")


def test_thinking_and_calls_are_told_apart() -> None:
    use = {"toolUse": {"toolUseId": "t-1", "name": "weather"}}
    peer = says(
        BEGIN,
        delta(0, reasoningContent={"text": "Hm."}),
        delta(0, reasoningContent={"signature": "s"}),
        event("contentBlockStart", contentBlockIndex=1, start=use),
        delta(1, toolUse={"input": '{"city":'}),
        delta(1, toolUse={"input": ' "Rome"}'}),
        *end("tool_use"),
    )
    *pieces, usage = nova(peer, Request(HELLO.messages, tools=(WEATHER,)))
    assert pieces == [
        Thinking("Hm.", vendor="amazon", model="far"),
        Thinking(signature="s", vendor="amazon", model="far"),
        Call("weather", '{"city": "Rome"}', "t-1"),
    ]
    assert usage.finish == "tool_calls"


def rules() -> ServiceModel:
    (path,) = Path(botocore.__file__).parent.glob("data/bedrock-runtime/*/service-2.json.gz")
    return ServiceModel(json.loads(gzip.decompress(path.read_bytes())))


def as_boto(value: Any) -> Any:
    """botocore takes pictures as bytes."""
    if isinstance(value, dict):
        return {k: base64.b64decode(v) if k == "bytes" else as_boto(v) for k, v in value.items()}
    return [as_boto(v) for v in value] if isinstance(value, list) else value


LOOP = (
    Message("system", "Be brief."),
    Message("assistant", "Hello, I am here."),
    Message("user", "What is this?", images=(PICTURE,)),
    Message(
        "assistant",
        "",
        calls=(Call("weather", '{"city": "Rome"}', "functions.x:0"),),
        thoughts=(Thought("Hm.", "s", vendor="amazon"), Thought("No.", "t", vendor="other")),
    ),
    Message("tool", "Sunny.", call_id="functions.x:0"),
    Message("user", "And?"),
)


def sent(request: Request) -> dict[str, Any]:
    peer = says(*TEXT, *end("end_turn"))
    told(peer, request, **NOVA, images=True, budget="nova")
    body = peer.seen[0].body
    shape = rules().operation_model("ConverseStream").input_shape
    report = ParamValidator().validate(as_boto(body) | {"modelId": NOVA["model"]}, shape)
    assert not report.has_errors(), report.generate_report()
    return body


def test_calls_of_the_history_are_of_tools_that_are_told() -> None:
    (tool,) = sent(Request(LOOP))["toolConfig"]["tools"]
    assert tool["toolSpec"]["name"] == "weather"
    assert "toolConfig" not in sent(HELLO)


def test_everything_that_a_request_can_hold_is_a_request_of_amazons() -> None:
    body = sent(Request(LOOP, tools=(WEATHER,), stop=("END",), schema={"type": "object"}))
    roles = [m["role"] for m in body["messages"]]
    assert roles == ["user", "assistant", "user", "assistant", "user"]
    assert "No." not in json.dumps(body)


@pytest.mark.parametrize(
    ("tokens", "effort"), [(0, None), (64, "low"), (1000, "medium"), (9000, "high")]
)
def test_an_effort_stands_for_a_budget(tokens: int, effort: str | None) -> None:
    peer = says(*TEXT, *end("end_turn"))
    usage = nova(peer, Request(HELLO.messages, thinking=Budget(tokens)), budget="nova")[-1]
    body = peer.seen[0].body
    config = body.get("additionalModelRequestFields", {}).get("reasoningConfig", {})
    assert config.get("maxReasoningEffort") == effort
    assert ("maxTokens" in body["inferenceConfig"]) == (effort != "high")
    assert usage.budget == "hint"


def test_a_signature_is_amazons_own() -> None:
    peer = says(*TEXT, *end("end_turn"))
    nova(peer)
    (seen,) = peer.seen
    assert seen.path == "/model/us.amazon.nova-2-lite-v1%3A0/converse-stream"
    stamp = datetime.strptime(seen.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
    assert seen.headers["authorization"] == _botocores(
        seen.raw, seen.headers["host"], seen.path, stamp
    )


def _botocores(body: bytes, host: str, path: str, now: datetime) -> str:
    """What botocore would have signed at that moment."""
    request = AWSRequest("POST", f"http://{host}{path}", {"content-type": "application/json"}, body)
    keys = AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "AQoDYXdzEPT")
    auth = SigV4Auth(keys, "bedrock", "us-east-1")
    request.context["timestamp"] = now.strftime("%Y%m%dT%H%M%SZ")
    request.headers["host"] = host
    request.headers["x-amz-date"] = request.context["timestamp"]
    request.headers["x-amz-security-token"] = keys.token
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    scope = f"AKIDEXAMPLE/{now:%Y%m%d}/us-east-1/bedrock/aws4_request"
    names = auth.signed_headers(auth.headers_to_sign(request))
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"


def test_a_bedrock_key_needs_no_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDROCK", "bedrock-api-key-abc")
    peer = says(*TEXT, *end("end_turn"))
    nova(peer, key_env="BEDROCK")
    assert peer.seen[0].headers["authorization"] == "Bearer bedrock-api-key-abc"


def test_keys_may_lie_in_amazons_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    with pytest.raises(Refused, match="AWS_ACCESS_KEY_ID"):
        sigv4.credentials()
    path.write_text("[default]\naws_access_key_id = A\naws_secret_access_key = a%b\n")
    found = sigv4.credentials()
    assert (found.access_key, found.secret_key) == ("A", "a%b")
    assert "a%b" not in repr(found)


@pytest.mark.parametrize(
    ("name", "early"),
    [
        ("throttlingException", Retry),
        ("modelStreamErrorException", Retry),
        ("internalServerException", Retry),
        ("validationException", Refused),
    ],
)
def test_an_exception_in_the_stream_is_what_it_says(name: str, early: type) -> None:
    for before, expected in (([BEGIN], early), (TEXT, Broken)):
        _, failed = told(says(*before, raised(name, "Oh no.")), **NOVA)
        assert isinstance(failed, expected)
        assert "Oh no." in str(failed)


def test_a_refused_signature_says_what_to_check() -> None:
    words = "The security token included in the request is invalid: AKIDEXAMPLE"
    kind = {"x-amzn-errortype": "UnrecognizedClientException:http://internal.amazon.com/"}
    peer = Peer(Says([json.dumps({"message": words})], 403, "application/json", kind))
    _, failed = told(peer, **NOVA)
    assert isinstance(failed, Refused)
    assert "AKIDEXAMPLE" not in str(failed)


def test_a_damaged_frame_is_never_read() -> None:
    whole = delta(0, text="Hello")
    for at in range(len(whole)):
        damaged = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        with pytest.raises(ValueError, match="frame"):
            frames.Frames().feed(damaged)
    pieces, failed = told(Peer(Says([*TEXT, b"\0" * 40], media_type=AMAZON)), **NOVA)
    assert pieces == [Text("Hel"), Text("lo")]
    assert isinstance(failed, Broken)


def test_a_malformed_call_is_not_passed_on() -> None:
    _, failed = told(says(BEGIN, *end("malformed_tool_use")), **NOVA)
    assert isinstance(failed, Retry)


def test_time_is_utc() -> None:
    headers = sigv4.sign(
        sigv4.Credentials("A", "s"),
        region="r",
        service="s",
        host="h",
        path="/",
        headers={},
        body=b"",
        now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert headers["x-amz-date"] == "20260102T030405Z"
