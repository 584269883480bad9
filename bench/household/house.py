"""The household of the requests: real brokers and servers on loopback, the same before each."""

import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import httpx
import imapclient

from bench.household.papers import Papers, papers
from bench.household.zigbee import Home, State, broker
from tests.experts.mail.dovecot import PASSWORD, USER, free_port, prepared
from tests.experts.mail.house import letter
from tests.experts.media.mpd_here import Mpd, mpd, say, status
from tests.experts.weather.sky import Sky, serving

ON = {"state": "ON", "brightness": 150, "color_temp": 300}
OFF = {"state": "OFF", "brightness": 150, "color_temp": 300}
ROOMS: dict[str, dict[str, tuple[str, State]]] = {
    "living room": {
        "Ceiling light": ("light", ON),
        "Reading lamp": ("colour", OFF),
        "Floor lamp": ("light", OFF),
        "TV": ("switch", {"state": "ON"}),
        "Living room thermostat": (
            "climate",
            {"occupied_heating_setpoint": 20, "local_temperature": 20.5, "system_mode": "heat"},
        ),
        "Living room blinds": ("cover", {"position": 100, "state": "OPEN"}),
    },
    "kitchen": {
        "Kitchen light": ("light", OFF),
        "Counter light": ("light", ON),
        "Coffee machine": ("switch", {"state": "OFF"}),
        "Kitchen window": ("contact", {"contact": True}),
    },
    "bedroom": {
        "Bedroom light": ("light", OFF),
        "Bedside lamp": ("light", OFF),
        "Bedroom blinds": ("cover", {"position": 50, "state": "OPEN"}),
        "Bedroom thermostat": (
            "climate",
            {"occupied_heating_setpoint": 18, "local_temperature": 18.2, "system_mode": "heat"},
        ),
        "Fan": ("switch", {"state": "OFF"}),
    },
    "hall": {
        "Hall light": ("light", ON),
        "Front door": ("lock", {"state": "UNLOCK"}),
    },
    "bathroom": {
        "Bathroom light": ("light", OFF),
        "Bathroom thermostat": (
            "climate",
            {"occupied_heating_setpoint": 21, "local_temperature": 19.8, "system_mode": "heat"},
        ),
    },
    "office": {
        "Desk lamp": ("colour", ON),
        "Office blinds": ("cover", {"position": 100, "state": "OPEN"}),
        "Printer": ("switch", {"state": "ON"}),
    },
    "kids room": {"Night light": ("light", ON)},
    "garage": {
        "Garage light": ("light", ON),
        "Garage door": ("cover", {"position": 0, "state": "CLOSE"}),
    },
    "garden": {
        "Garden lights": ("light", ON),
        "Sprinkler": ("switch", {"state": "OFF"}),
    },
}
DEVICES = {name: made for room in ROOMS.values() for name, made in room.items()}
SONGS = (
    ("Harbour Lights", "Late Ferry", 1, "First Light", "Ambient", "2011"),
    ("Harbour Lights", "Late Ferry", 2, "Second Light", "Ambient", "2011"),
    ("John Coltrane", "Blue Train", 1, "Blue Train", "Jazz", "1958"),
    ("John Coltrane", "Blue Train", 2, "Lazy Bird", "Jazz", "1958"),
    ("Nina Simone", "I Put a Spell on You", 1, "Feeling Good", "Soul", "1965"),
    ("Clara Schumann", "Romances", 1, "Andante molto", "Classical", "2005"),
)


@dataclass
class House:
    """All that runs."""

    home: Home
    mpd: Mpd
    caldav: str
    imap: imapclient.IMAPClient
    papers: Papers
    kept: Path
    """Radicale's own files."""
    environment: dict[str, str]

    def reset(self, but: Mapping[str, State] | None = None) -> None:
        """As it is before each request. but: devices that are otherwise."""
        self.home.reset(but)
        say(
            self.mpd.port,
            *("stop", "clear", "setvol 50", "random 0", "repeat 0", "single 0"),
            *(f'add "{song[0]}/{song[1]}/{song[2]}.flac"' for song in SONGS[:2]),
            *("play 0", "enableoutput 0", "enableoutput 1"),
        )
        self.papers.print(datetime.now().astimezone())
        self._calendar()
        self._mail()

    def music(self) -> dict[str, str]:
        """MPD's status and its present song."""
        return {key.lower(): value for key, value in status(self.mpd.port).items()}

    def events(self) -> list[str]:
        """The titles in the calendar, as its server keeps them."""
        paths = [p for p in self.kept.rglob("*.ics") if ".Radicale.cache" not in p.parts]
        texts = [path.read_text() for path in paths]
        lines = [line for text in texts for line in text.splitlines()]
        return [line.partition(":")[2] for line in lines if line.startswith("SUMMARY")]

    def _calendar(self) -> None:
        tomorrow = datetime.now() + timedelta(days=1)
        begins = tomorrow.replace(hour=9, minute=0, second=0, microsecond=0)
        event = "\r\n".join(
            [
                "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//", "BEGIN:VEVENT",
                "UID:dentist", "SUMMARY:Dentist", f"DTSTART:{begins:%Y%m%dT%H%M%S}",
                f"DTEND:{begins + timedelta(minutes=45):%Y%m%dT%H%M%S}",
                f"DTSTAMP:{begins:%Y%m%dT%H%M%SZ}", "END:VEVENT", "END:VCALENDAR", "",
            ]
        )  # fmt: skip
        with httpx.Client(auth=("lea", "x")) as client:
            client.delete(self.caldav)
            made = client.request("MKCALENDAR", self.caldav, headers={"Content-Type": "text/xml"})
            made.raise_for_status()
            kept = client.put(
                f"{self.caldav}dentist.ics",
                content=event,
                headers={"Content-Type": "text/calendar"},
            )
            kept.raise_for_status()

    def _mail(self) -> None:
        self.imap.select_folder("INBOX")
        self.imap.delete_messages(self.imap.search())
        self.imap.expunge()
        body = "The boat is in the water again. Are you coming out with us on Sunday?\n"
        mail = letter("Bob Miller <bob@example.com>", "The boat", body)
        self.imap.append("INBOX", mail.as_bytes(), (), datetime.now().astimezone())
        self.imap.unselect_folder()


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Starts everything, ends everything."""
    with ExitStack() as ends:
        port = ends.enter_context(broker(folder))
        home = Home(port, DEVICES)
        ends.callback(home.close)
        (folder / "mpd").mkdir()
        player = ends.enter_context(mpd(folder / "mpd", SONGS))
        caldav = ends.enter_context(radicale(folder))
        post = prepared(Path(ends.enter_context(TemporaryDirectory(prefix="dovecot-"))))
        post.start()
        ends.callback(post.stop)
        trusted = ssl.create_default_context(cafile=str(post.ca))
        account = imapclient.IMAPClient("localhost", post.imaps, ssl_context=trusted)
        account.login(USER, PASSWORD)
        ends.callback(account.logout)
        address = ends.enter_context(serving(Sky(datetime.now())))
        press = ends.enter_context(papers())
        web = ends.enter_context(_web())
        rooms = folder / "rooms.toml"
        rooms.write_text(
            "[rooms]\n"
            + "".join(f'"{room}" = {list(devices)!r}\n' for room, devices in ROOMS.items())
        )
        yield House(
            home,
            player,
            caldav,
            account,
            press,
            folder / "radicale",
            {
                "VIVAVOCE_HOME_MQTT": f"mqtt://127.0.0.1:{port}",
                "VIVAVOCE_HOME_ROOMS": str(rooms),
                "VIVAVOCE_MEDIA_MPD": player.url,
                "VIVAVOCE_CALENDAR_CALDAV": caldav.replace("://", "://lea@"),
                "VIVAVOCE_CALENDAR_CALDAV_PASSWORD": "x",
                "VIVAVOCE_MAIL_IMAP": f"imaps://localhost:{post.imaps}",
                "VIVAVOCE_MAIL_USER": USER,
                "VIVAVOCE_MAIL_PASSWORD": PASSWORD,
                "VIVAVOCE_MAIL_ADDRESS": "Lea Brandt <lea@example.org>",
                "VIVAVOCE_MAIL_CA": str(post.ca),
                "VIVAVOCE_WEATHER_SERVER": address,
                "VIVAVOCE_WEATHER_GEOCODING": address,
                "VIVAVOCE_WEATHER_PLACE": "Bonn",
                "VIVAVOCE_NEWS_SOURCES": press.sources,
                "VIVAVOCE_SEARCH_SEARXNG": web,
            },
        )


@contextmanager
def radicale(folder: Path) -> Iterator[str]:
    """A real Radicale; the address of one empty calendar."""
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "radicale", "--config", "", "--auth-type", "none",
            "--server-hosts", f"127.0.0.1:{port}",
            "--storage-filesystem-folder", str(folder / "radicale"),
        ],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", auth=("lea", "x"))
                break
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/lea/home/"
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def _web() -> Iterator[str]:
    """Search results as SearXNG gives them."""

    class Web(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(_RESULTS.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


_RESULTS = """{"query": "city museum", "number_of_results": 1, "results": [
{"url": "http://museum.example.org/visit", "title": "City Museum: opening hours",
"content": "Open Tuesday to Sunday from 10 to 18. Closed on Monday.", "engine": "made up",
"engines": ["made up"], "score": 1.0, "category": "general", "publishedDate": null}],
"answers": [], "corrections": [], "infoboxes": [], "suggestions": [], "unresponsive_engines": []}"""
