"""The house's own documents: read, found, cited, kept up to date."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from vivavoce.core import ConfigError
from vivavoce.experts import Context, Setup, Unclear
from vivavoce.experts.builtin import search
from vivavoce.experts.builtin.search import documents as module
from vivavoce.experts.builtin.search.documents import Documents
from vivavoce.experts.builtin.search.tools import opened
from vivavoce.experts.commands import Commands, read_commands

pytestmark = pytest.mark.anyio
BOILER = """# Boiler

It was put in by the plumber.

## Pressure

The pressure should be between 1.2 and 1.8 bar.
Top it up with the blue tap.
"""


def pdf(path: Path, *pages: str) -> None:
    """A real PDF with a line of text a page."""
    writer = PdfWriter()
    for text in pages:
        page = writer.add_blank_page(300, 300)
        font = DictionaryObject(
            {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
             NameObject("/BaseFont"): NameObject("/Helvetica")}
        )  # fmt: skip
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    writer.write(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    (made / "manuals").mkdir(parents=True)
    (made / "boiler.md").write_text(BOILER)
    (made / "manuals" / "washing_machine.html").write_text(
        "<title>Manual</title><p>Hello.</p><p>Error E18 means that the pump is blocked.</p>"
    )
    pdf(made / "contract.pdf", "The rent is due monthly.", "The notice period is three months.")
    return made


@pytest.fixture
def kept(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Documents]:
    monkeypatch.setattr(module, "RESCAN_S", -1.0)
    documents = Documents(folder, tmp_path / "index.db")
    assert documents.refresh(20) == 0
    yield documents
    documents.close()


@pytest.mark.parametrize(
    ("query", "file", "where", "words"),
    [
        ("what is the boiler's pressure", "boiler.md", "line 7", "1.2 and 1.8 bar"),
        ("blue tap", "boiler.md", "line 8", "Top it up"),
        ("error e18", "manuals/washing_machine.html", "paragraph", "pump is blocked"),
        ("notice period", "contract.pdf", "page 2", "three months"),
        ("washing machine", "manuals/washing_machine.html", "paragraph 1", "Hello"),
    ],
)
def test_an_answer_is_found_with_its_file_and_place(
    kept: Documents, query: str, file: str, where: str, words: str
):
    best = kept.search(query)[0]
    assert best.file == file
    assert best.where.startswith(where)
    assert words in best.text


def test_what_is_in_no_document_is_not_found(kept: Documents):
    assert kept.search("quantum chromodynamics") == []
    assert kept.search("?!") == []


def test_signs_of_a_query_language_are_words_here(kept: Documents):
    assert kept.search('boiler" OR name:* NEAR(') != []


def test_only_what_changed_is_read_again(
    kept: Documents, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    read: list[str] = []
    real = module.passages

    def watched(path: Path) -> object:
        read.append(path.name)
        return real(path)

    monkeypatch.setattr(module, "passages", watched)
    (folder / "boiler.md").write_text("The pressure is 2 bar now, and this text is longer.")
    (folder / "new.txt").write_text("The wifi password is on the fridge.")
    (folder / "contract.pdf").unlink()
    assert kept.refresh(20) == 0
    assert sorted(read) == ["boiler.md", "new.txt"]
    assert "2 bar" in kept.search("pressure")[0].text
    assert kept.search("wifi password")[0].where == "line 1"
    assert kept.search("notice period") == []


def test_reading_stops_when_its_time_is_over_and_goes_on_later(folder: Path, tmp_path: Path):
    documents = Documents(folder, tmp_path / "index.db")
    assert documents.refresh(-1) == 3
    assert documents.search("pressure") == []
    assert documents.refresh(20) == 0
    assert documents.search("pressure") != []
    documents.close()


def test_an_index_is_used_again_after_a_restart(kept: Documents, folder: Path, tmp_path: Path):
    kept.close()
    again = Documents(folder, tmp_path / "index.db")
    assert again.refresh(-1) == 0
    assert again.search("pressure") != []
    again.close()


def test_damaged_and_locked_files_are_told_and_do_no_harm(kept: Documents, folder: Path):
    (folder / "damaged.pdf").write_bytes(b"%PDF-1.4\n" + os.urandom(2000))
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(folder / "locked.pdf")
    (folder / "noise.txt").write_bytes(os.urandom(5000))
    assert kept.refresh(20) == 0
    assert {"damaged.pdf", "locked.pdf"} <= set(kept.problems())
    assert kept.search("pressure") != []


def test_hidden_files_and_links_out_of_the_folder_are_left_out(
    kept: Documents, folder: Path, tmp_path: Path
):
    (tmp_path / "diary.txt").write_text("zebra")
    (folder / "link.txt").symlink_to(tmp_path / "diary.txt")
    (folder / "out").symlink_to(tmp_path)
    (folder / ".hidden.txt").write_text("zebra")
    kept.refresh(20)
    assert kept.search("zebra") == []


def test_a_document_is_read_on_from_a_place(kept: Documents):
    told = kept.read("contract", 2, 1000)
    assert [excerpt.where for excerpt in told] == ["page 2"]
    assert kept.read("../../etc/passwd", 1, 1000) == []


def test_a_folder_that_is_none_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match="is no folder"):
        Documents(tmp_path / "nowhere", tmp_path / "index.db")


async def test_a_plain_question_is_answered_from_the_papers(folder: Path, tmp_path: Path):
    own = tmp_path / "own"
    own.mkdir()
    async with opened(Setup({"documents": str(folder)}, own)) as tools:
        by = {tool.name: tool for tool in tools}
        yaml = Path(search.__file__).with_name("commands.yaml")
        commands = Commands([read_commands(yaml, "search", by)])
        (command, *_) = commands.match("What do my papers say about the notice period?")
        assert command.tool == "search_documents"
        got = await by["documents"].run(command.arguments, Context())
        assert got.say.startswith("contract, page 2, says: The notice period")
        assert got.source == "file contract.pdf page 2"
        with pytest.raises(Unclear, match="no file"):
            await by["read_document"].run({"file": "/etc/passwd"}, Context())
