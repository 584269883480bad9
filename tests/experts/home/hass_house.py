"""A real Home Assistant with its demo house, in an environment of its own.

The first time it is installed from PyPI (about a minute); from then on it starts in seconds.
"""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

from tests.experts.home.hue_bridge import free_port

REQUIREMENTS = Path(__file__).with_name("hass_requirements.txt")
INSTALL_S = 240
START_S = 60
CLIENT = "http://vivavoce.test/"
CONFIG = """
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
websocket_api:
config:
onboarding:
demo:
scene:
  - name: Film
    entities:
      light.bed_light: {{state: "on", brightness: 26}}
      light.ceiling_lights: "off"
"""


@dataclass
class House:
    """It runs."""

    url: str
    token: str
    folder: Path
    program: Path
    process: subprocess.Popen[bytes]
    install_s: float
    start_s: float

    @contextmanager
    def owner(self) -> Iterator[httpx.Client]:
        """At its REST API."""
        head = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.url, headers=head) as client:
            yield client

    def put_state(self, entity_id: str, state: str, about: Mapping[str, Any]) -> None:
        """As an integration would."""
        with self.owner() as client:
            said = {"state": state, "attributes": about}
            client.post(f"/api/states/{entity_id}", json=said).raise_for_status()

    def state(self, entity_id: str) -> dict[str, Any]:
        with self.owner() as client:
            return dict(client.get(f"/api/states/{entity_id}").raise_for_status().json())

    def restart(self) -> None:
        """The same house again."""
        self.stop()
        self.process = _start(self.program, self.folder)
        _wait(self.url, self.process)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def program() -> Path:
    """Its command, installed now if it never was; skips the test where that can't be."""
    python = next((p for p in map(shutil.which, ("python3.11", "python3.12")) if p), None)
    if python is None:
        pytest.skip("Home Assistant 2024.3 needs Python 3.11 or 3.12")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vivavoce-tests"
    named = hashlib.sha256(REQUIREMENTS.read_bytes() + python.encode()).hexdigest()[:12]
    made = cache / f"hass-{named}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / f"{made.name}.lock"):
        if not (made / "complete").exists():
            shutil.rmtree(made, ignore_errors=True)
            pip = [made / "bin" / "pip", "install", "-q", "--no-deps", "--retries", "1"]
            try:
                subprocess.run([python, "-m", "venv", made], check=True, timeout=INSTALL_S)
                subprocess.run(
                    [*pip, "-r", REQUIREMENTS], check=True, timeout=INSTALL_S, capture_output=True
                )
            except (subprocess.SubprocessError, OSError) as error:
                pytest.skip(f"Home Assistant can't be installed from PyPI here: {error}")
            (made / "complete").touch()
    return made / "bin" / "hass"


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Started, with an owner and a long-lived enough token."""
    began = time.monotonic()
    command = program()
    installed = time.monotonic()
    port = free_port()
    (folder / "configuration.yaml").write_text(CONFIG.format(port=port))
    process = _start(command, folder)
    url = f"http://127.0.0.1:{port}"
    made = House(url, "", folder, command, process, installed - began, 0.0)
    try:
        _wait(url, process)
        made.start_s = time.monotonic() - installed
        made.token = _owner(url)
        yield made
    finally:
        made.stop()


def _start(command: Path, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "out.log").open("ab") as out:
        return subprocess.Popen(
            [command, "-c", folder, "--skip-pip"], stdout=out, stderr=out, cwd=folder
        )


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the demo house is there."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/api/onboarding", timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    pytest.skip("Home Assistant does not start here; see out.log in its folder")


def _owner(url: str) -> str:
    """The first user, as its page makes one; an access token."""
    said = {
        "client_id": CLIENT,
        "name": "Owner",
        "username": "owner",
        "password": "correct horse",
        "language": "en",
    }
    code = httpx.post(f"{url}/api/onboarding/users", json=said).raise_for_status().json()
    grant = {
        "grant_type": "authorization_code",
        "code": code["auth_code"],
        "client_id": CLIENT,
    }
    answer = httpx.post(f"{url}/auth/token", data=grant).raise_for_status()
    return str(answer.json()["access_token"])
