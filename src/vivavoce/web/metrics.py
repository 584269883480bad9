"""What /metrics shows; one registry a server, so that two in a process don't meet."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_GAPS_S = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0)
_CUTS_S = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0, 2.0)


class Metrics:
    """Counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.open = Gauge(
            "vivavoce_conversations_open", "Conversations now", registry=self.registry
        )
        self.begun = self._counter("conversations", "Conversations since the start")
        self.refused = self._counter("connections_refused", "Connections refused", "why")
        self.frames = self._counter("frames", "80 ms frames of sound", "direction")
        self.bytes = self._counter("bytes", "Bytes of messages", "direction")
        self.starved = self._counter("starved", "Times that an answer's sound ran dry")
        self.flushed = self._counter("flushed_seconds", "Sound sent and taken back")
        self.answers = self._counter("answers", "Answers by how they ended", "status")
        self.errors = self._counter("errors", "Error events by code", "code")
        self.asked = self._counter("asked", "Requests of the HTTP APIs", "api", "status")
        self.gap = Histogram(
            "vivavoce_answer_gap_seconds",
            "From the user's last sound to the first sound of the answer",
            buckets=_GAPS_S,
            registry=self.registry,
        )
        self.barge_in = Histogram(
            "vivavoce_barge_in_seconds",
            "From the first duck of an interruption to the yield",
            buckets=_CUTS_S,
            registry=self.registry,
        )

    def text(self) -> bytes:
        """In Prometheus' format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"vivavoce_{name}", says, labels, registry=self.registry)
