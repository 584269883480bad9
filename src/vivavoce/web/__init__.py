"""The way in over the network: OpenAI's Realtime protocol, the page, health and metrics."""

from vivavoce.web.app import create_app
from vivavoce.web.conversation import FloorTuning, OpenSession, Session
from vivavoce.web.limits import ServeConfig
from vivavoce.web.serve import bind, serve, serve_on, serving

__all__ = [
    "FloorTuning",
    "OpenSession",
    "ServeConfig",
    "Session",
    "bind",
    "create_app",
    "serve",
    "serve_on",
    "serving",
]
