"""The names of the protocol's beta, for clients that ask for them.

Everything inside speaks the GA names; this translates at the edge, both ways.
"""

from typing import Any

Json = dict[str, Any]

_EVENTS = {
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "conversation.item.added": "conversation.item.created",
}
_GA_ONLY = {"conversation.item.done"}
_FORMATS = {"pcm16": "audio/pcm", "g711_ulaw": "audio/pcmu", "g711_alaw": "audio/pcma"}
_FORMAT_NAMES = {ga: beta for beta, ga in _FORMATS.items()}
_PARTS = {"output_audio": "audio", "output_text": "text"}
_DETECTION = {
    "server_vad": ("threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"),
    "semantic_vad": ("eagerness",),
}


def event_out(event: Json) -> Json | None:
    """A server event under its beta name; None if the beta has no such event."""
    kind = event["type"]
    if kind in _GA_ONLY:
        return None
    out = event | {"type": _EVENTS.get(kind, kind)}
    if "session" in out:
        out["session"] = session_out(out["session"])
    if "item" in out:
        out["item"] = _item_out(out["item"])
    if "response" in out:
        out["response"] = _response_out(out["response"])
    return out


def event_in(event: Json) -> Json:
    """A client's event under its GA names."""
    if event.get("type") == "session.update" and isinstance(event.get("session"), dict):
        return event | {"session": _session_in(event["session"])}
    if event.get("type") == "response.create" and isinstance(event.get("response"), dict):
        return event | {"response": _response_in(event["response"])}
    return event


def session_out(session: Json) -> Json:
    """A session object with the beta's flat fields."""
    heard, said = session["audio"]["input"], session["audio"]["output"]
    return {
        "id": session.get("id"),
        "object": "realtime.session",
        "model": session["model"],
        "modalities": _modalities_out(session["output_modalities"]),
        "instructions": session["instructions"],
        "voice": said["voice"],
        "speed": said["speed"],
        "input_audio_format": _FORMAT_NAMES[heard["format"]["type"]],
        "output_audio_format": _FORMAT_NAMES[said["format"]["type"]],
        "input_audio_transcription": heard["transcription"],
        "input_audio_noise_reduction": heard["noise_reduction"],
        "turn_detection": heard["turn_detection"],
        "tools": session["tools"],
        "tool_choice": session["tool_choice"],
        "temperature": session.get("temperature", 0.8),
        "max_response_output_tokens": session["max_output_tokens"],
        "tracing": session["tracing"],
        "vivavoce": session["vivavoce"],
    }


def _session_in(session: Json) -> Json:
    out = dict(session)
    heard: Json = {}
    said: Json = {}
    for name, into, ga in (
        ("input_audio_format", heard, "format"),
        ("input_audio_transcription", heard, "transcription"),
        ("input_audio_noise_reduction", heard, "noise_reduction"),
        ("turn_detection", heard, "turn_detection"),
        ("output_audio_format", said, "format"),
        ("voice", said, "voice"),
        ("speed", said, "speed"),
    ):
        if name in out:
            into[ga] = _value_in(name, out.pop(name))
    audio = {k: v for k, v in (("input", heard), ("output", said)) if v}
    return _common_in(out) | ({"audio": audio} if audio else {})


def _response_in(response: Json) -> Json:
    out, said = dict(response), {}
    for name, ga in (("output_audio_format", "format"), ("voice", "voice")):
        if name in out:
            said[ga] = _value_in(name, out.pop(name))
    return _common_in(out) | ({"audio": {"output": said}} if said else {})


def _common_in(out: Json) -> Json:
    if "max_response_output_tokens" in out:
        out["max_output_tokens"] = out.pop("max_response_output_tokens")
    if "modalities" in out:
        out["output_modalities"] = _modalities_in(out.pop("modalities"))
    choice = out.get("tool_choice")
    if isinstance(choice, dict) and isinstance(choice.get("function"), dict):
        out["tool_choice"] = {"type": "function", "name": choice["function"].get("name")}
    return out


def _value_in(name: str, value: Any) -> Any:
    if name.endswith("_format"):
        return {"type": _FORMATS.get(value, value) if isinstance(value, str) else value}
    if name == "turn_detection" and isinstance(value, dict):
        return _detection_in({"type": "server_vad"} | value)
    return value


def _detection_in(detection: Json) -> Json:
    """One flat object served both kinds in the beta: drop what belongs to the other."""
    foreign = {f for kind, own in _DETECTION.items() if kind != detection["type"] for f in own}
    return {k: v for k, v in detection.items() if k not in foreign and v is not None}


def _modalities_in(value: Any) -> Any:
    """The beta's "audio" always came with "text"."""
    return ["audio"] if isinstance(value, list) and "audio" in value else value


def _modalities_out(value: list[str]) -> list[str]:
    return ["audio", "text"] if value == ["audio"] else value


def _item_out(item: Json) -> Json:
    if "content" not in item:
        return item
    return item | {
        "content": [p | {"type": _PARTS.get(p["type"], p["type"])} for p in item["content"]]
    }


def _response_out(response: Json) -> Json:
    out = {k: v for k, v in response.items() if k not in ("audio", "max_output_tokens")}
    said = response["audio"]["output"]
    return out | {
        "output": [_item_out(item) for item in response["output"]],
        "modalities": _modalities_out(out.pop("output_modalities")),
        "voice": said["voice"],
        "output_audio_format": _FORMAT_NAMES[said["format"]["type"]],
        "max_output_tokens": response["max_output_tokens"],
    }
