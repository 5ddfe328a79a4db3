"""Live files over the real store: stable bytes, strong ETags, one row for a 304, days that are past, any client."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
import waitress
from flask import Flask
from flask.testing import FlaskClient

from evidence import formats
from evidence.errors import StoreBusy, StoreUnreachable
from evidence.settings import Settings
from evidence.store import Store, create, open_store, runs
from tests.made import record, statements, vocabulary
from tests.test_grouping_store import taken
from web import exports, spool
from web.app import create_app

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CTS = "/conditions/carpal-tunnel-syndrome"
EXTS = ("bib", "ris", "nbib", "json", "csv")


def fill(store: Store) -> None:
    taken(store, [
        record("11", "Perineural dextrose for carpal tunnel syndrome: a trial", pmid="11", doi="10.1000/x",
               abstract="Fünfzig people took part.", types=["Randomized Controlled Trial"]),
        record("12", "Hydrodissection in carpal tunnel syndrome: outcomes", pmid="12", family="Ke", year=2021),
    ])  # fmt: skip


def make(store: Store, folder: Path, **changes: Any) -> Flask:
    settings = Settings(database_url="sqlite://", data_dir=folder, now=lambda: NOW, **changes)
    app = create_app(settings, store, vocabulary(), bind="127.0.0.1")
    app.testing = True
    return app


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with two studies; closed, to be copied."""
    path = tmp_path_factory.mktemp("live") / "live.db"
    with create(f"sqlite:///{path}", lambda: NOW) as made:
        fill(made)
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA journal_mode=DELETE")
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    copied = shutil.copy(filled, tmp_path / "live.db")
    with open_store(f"sqlite:///{copied}", lambda: NOW) as made:
        yield made


@pytest.fixture
def client(store: Store, tmp_path: Path) -> FlaskClient:
    return make(store, tmp_path).test_client()


@pytest.mark.parametrize("ext", EXTS)
@pytest.mark.parametrize("base", [CTS, "/search", "/studies/wu2020perineural"])
def test_a_304_costs_one_row_and_bytes_stay(client: FlaskClient, store: Store, base: str, ext: str) -> None:
    first = client.get(f"{base}.{ext}")
    assert first.headers["ETag"] == f'"{hashlib.sha256(first.data).hexdigest()}"'
    assert int(first.headers["Content-Length"]) == len(first.data) > 0
    store.now = lambda: NOW + timedelta(seconds=1)
    assert client.get(f"{base}.{ext}").data == first.data
    with statements(store) as asked:
        again = client.get(f"{base}.{ext}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert len(asked) == 1
    assert asked[0].startswith("SELECT library.epoch, library.revision")
    assert "Last-Modified" not in first.headers


def test_no_writer_looks_at_a_clock() -> None:
    """What a second changes nothing of: there is no way for the time to come into a file."""
    folder = Path(formats.__file__).parent
    clocks = re.compile(r"\b(?:now|today|utcnow|time|localtime|gmtime|ctime)\(\)|import (?:time|random|uuid|secrets)\b")
    assert [p.name for p in folder.glob("*.py") if clocks.search(p.read_text("utf-8"))] == []


def test_a_refresh_elsewhere_leaves_the_etag_and_one_here_changes_it(client: FlaskClient, store: Store) -> None:
    asked = {"If-None-Match": client.get(f"{CTS}.bib").headers["ETag"]}
    taken(store, [record("13", "Dextrose for plantar fasciitis", pmid="13", family="Ng")])
    assert client.get(f"{CTS}.bib", headers=asked).status_code == 304
    with statements(store) as again:
        assert client.get(f"{CTS}.bib", headers=asked).status_code == 304
    assert len(again) == 1
    taken(store, [record("14", "Splints for carpal tunnel syndrome", pmid="14", family="Oh")])
    changed = client.get(f"{CTS}.bib", headers=asked)
    assert changed.status_code == 200
    assert "oh2020splints" in changed.text


def test_a_refresh_that_finds_nothing_new_makes_no_file_anew(client: FlaskClient, store: Store) -> None:
    asked = {"If-None-Match": client.get("/search.bib").headers["ETag"]}
    page = client.get("/search").headers["ETag"]
    runs.start(store, "cts", "carpal tunnel", NOW)
    assert client.get("/search").headers["ETag"] != page, "pages show the last run"
    with statements(store) as seen:
        assert client.get("/search.bib", headers=asked).status_code == 304
    assert len(seen) == 1


_OTHER_PROCESS = """
import sys
from pathlib import Path
from evidence.store import open_store
from tests.test_web_live import NOW, make
with open_store(sys.argv[1], lambda: NOW) as store:
    client = make(store, Path(sys.argv[2])).test_client()
    print(*[client.get(f"/search.{ext}", base_url="https://elsewhere.example").headers["ETag"] for ext in sys.argv[3:]])
"""


@pytest.mark.long
def test_processes_and_hosts_agree_on_the_etag(client: FlaskClient, store: Store, tmp_path: Path) -> None:
    here = [client.get(f"/search.{ext}").headers["ETag"] for ext in EXTS]
    command = [sys.executable, "-c", _OTHER_PROCESS, store.url, str(tmp_path), *EXTS]
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, cwd=Path(__file__).parents[1], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == here


def test_preconditions(client: FlaskClient) -> None:
    tag = client.get(f"{CTS}.bib").headers["ETag"]
    for asked, status in (
        (tag, 304),
        (f"W/{tag}", 304),
        (f'"other", W/"more", {tag}', 304),
        ("*", 304),
        ('"other"', 200),
        (tag.strip('"') + "x", 200),
        ("", 200),
        ("\x7f,,,", 200),
    ):
        answer = client.get(f"{CTS}.bib", headers={"If-None-Match": asked})
        assert (answer.status_code, answer.headers["ETag"]) == (status, tag), asked
        assert bool(answer.data) == (status == 200)
    assert client.get("/conditions/gout.bib", headers={"If-None-Match": "*"}).status_code == 404
    old = client.get(f"{CTS}.bib", headers={"If-Modified-Since": "Sun, 01 Jan 2090 00:00:00 GMT"})
    assert old.status_code == 200, "no date is given, so none is believed"
    part = client.get(f"{CTS}.bib", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.headers["Accept-Ranges"]) == (200, "none")
    assert int(part.headers["Content-Length"]) == len(part.data) > 4


def test_a_page_that_is_not_there_does_not_match_any(client: FlaskClient) -> None:
    for address, status in (("/conditions/gout", 404), (f"{CTS}?x=1", 400), (CTS, 304), ("/", 304)):
        answer = client.get(address, headers={"If-None-Match": "*"})
        assert (answer.status_code, bool(answer.data)) == (status, status != 304), address
    weak = f"W/{client.get(CTS).headers['ETag']}"
    assert client.get(CTS, headers={"If-None-Match": weak}).status_code == 304


@pytest.mark.parametrize("address", [f"{CTS}.bib", "/search.csv?q=dextrose", "/studies/WU2020perineural.ris"])
@pytest.mark.parametrize("first", ["GET", "HEAD"])
def test_head_says_what_get_says(client: FlaskClient, address: str, first: str) -> None:
    answers = [client.open(address, method=method) for method in (first, "GET" if first == "HEAD" else "HEAD")]
    one, other = (dict(a.headers) for a in answers)
    assert one == other
    assert {a.request.method: bool(a.data) for a in answers} == {"GET": True, "HEAD": False}
    assert client.head(address, headers={"If-None-Match": one["ETag"]}).status_code == 304


def test_everybody_gets_the_same_and_nobody_a_cookie(store: Store, tmp_path: Path) -> None:
    """At the machine (who may write), behind a prefix, read only: one file, kept by caches, but asked about."""
    seen = set()
    for app, prefix in ((make(store, tmp_path), ""), (make(store, tmp_path, url_prefix="/ev", read_only=True), "/ev")):
        answer = app.test_client().get(f"{prefix}{CTS}.bib", headers={"Cookie": "evidence_session=forged"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"
        assert not {"Vary", "Set-Cookie", "Location"} & set(answer.headers.keys())
        seen.add(answer.headers["ETag"])
    assert len(seen) == 1


def test_a_secret_file_is_kept_by_nobody_else(store: Store, tmp_path: Path) -> None:
    app = make(store, tmp_path)
    with app.test_request_context("/shelves/x.bib"):
        answer = exports.live(lambda: [], "bib", "x", exports.writing({}, "bib"), audience="link")
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("dialect=bibtex", "\n  journal = {", "journaltitle = {"),
        ("dialect=biblatex", "journaltitle = {", "\n  journal = {"),
        ("dialect=", "\n  journal = {", "journaltitle = {"),
        ("journal=abbreviated", "{J Nerve Stud}", "{Journal of Nerve Studies}"),
        ("doi=no", "pmid = {11}", "10.1000/x"),
        ("url=no", "10.1000/x", "url = {"),
        ("abstract=no", "10.1000/x", "nfzig"),
        ("abstract=yes&doi=yes&url=yes&journal=full&aliases=no", "nfzig", "J Nerve Stud}, pages"),
    ],
)
def test_how_it_is_written_is_part_of_the_address(client: FlaskClient, query: str, there: str, gone: str) -> None:
    text = client.get(f"/studies/wu2020perineural.bib?{query}").text
    assert there in text
    assert gone not in text
    assert client.get(f"{CTS}.bib?{query}&design=rct").text == text
    assert "Fünfzig" in client.get("/studies/wu2020perineural.ris?journal=abbreviated").text


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"{CTS}.bib?dialect=latex", "Dialect: 'latex' is not one of bibtex, biblatex."),
        (f"{CTS}.bib?dialect=bibtex&dialect=biblatex", "Dialect: given more than once."),
        (f"{CTS}.ris?dialect=bibtex", "Dialect: a .ris file has none; .bib files come as bibtex or biblatex."),
        (f"{CTS}.bib?journal=short", "Journal: 'short' is not one of full, abbreviated."),
        (f"{CTS}.bib?doi=0", "Doi: '0' is not one of yes, no."),
        (f"{CTS}.bib?dialec=biblatex", "Dialec: unknown; this file knows q, condition, design,"),
        (
            "/studies/wu2020perineural.csv?q=x",
            "Q: unknown; this file knows as-of, journal, doi, url, abstract, aliases.",
        ),
        (f"{CTS}.bib?as-of=2026-02-30", "As-of: '2026-02-30' is not a day such as 2026-05-31."),
        (f"{CTS}.bib?as-of=2026-03-01&as-of=2026-03-01", "As-of: given more than once."),
        (f"{CTS}.bib?as-of=2026-03-02", "As-of: 2026-03-02 is still to come; today is 2026-03-01 (UTC)."),
        (f"{CTS}.bib?as-of=2026-03-01&scope=page", "Scope: of a day that is past there are whole files only."),
        (f"/search.bib?q={'x' * 401}", "Q: a search text has at most 400 characters."),
    ],
)
def test_what_is_not_understood_is_said(client: FlaskClient, address: str, sentence: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.content_type) == (400, "text/plain; charset=utf-8")
    assert answer.text.startswith(sentence)
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("name", ["%00", "x" * 300, "%ff", "a%0d%0aSet-Cookie:x"])
def test_hostile_parameters_get_a_plain_answer(client: FlaskClient, name: str) -> None:
    for address in (f"{CTS}.bib?{name}=1", f"{CTS}.bib?as-of={name}", f"/studies/{name}.bib", f"/search.ris?q={name}"):
        answer = client.get(address)
        assert answer.status_code in (200, 400, 404)
        assert "Set-Cookie" not in answer.headers


def test_the_file_of_a_past_day(client: FlaskClient, store: Store) -> None:
    before = client.get(f"{CTS}.bib")
    one = client.get("/studies/wu2020perineural.csv").data
    store.now = lambda: NOW + timedelta(days=2)
    revised = record("11", "Perineural dextrose for carpal tunnel syndrome: a corrected trial", pmid="11", version=2)
    taken(store, [revised, record("14", "Splints for carpal tunnel syndrome", pmid="14", family="Oh")])
    assert client.get(f"{CTS}.bib").data != before.data
    for day in ("2026-03-01", "2026-03-02"):
        past = client.get(f"{CTS}.bib?as-of={day}")
        assert (past.data, past.headers["ETag"]) == (before.data, before.headers["ETag"])
        assert past.headers["Content-Disposition"].endswith(f'filename="carpal-tunnel-syndrome-{day}.bib"')
        assert client.get(f"/studies/wu2020perineural.csv?as-of={day}").data == one
        assert client.get(f"/studies/oh2020splints.csv?as-of={day}").status_code == 404
    assert client.get(f"{CTS}.bib?as-of=2026-03-03").data == client.get(f"{CTS}.bib").data
    assert client.get(f"{CTS}.bib?q=corrected&as-of=2026-03-02").text == ""
    assert "wu2020perineural" in client.get(f"{CTS}.bib?q=corrected&as-of=2026-03-03").text
    with statements(store) as asked:
        client.get(f"{CTS}.bib?as-of=2026-03-01", headers={"If-None-Match": before.headers["ETag"]})
    assert len(asked) == 1
    early = client.get(f"{CTS}.bib?as-of=2026-02-28")
    assert early.status_code == 404
    assert early.text == "As-of 2026-02-28: this library began on 2026-03-01; there is no earlier state of it.\n"


def test_first_readers_at_once_get_the_whole_file(store: Store, tmp_path: Path) -> None:
    app, answers = make(store, tmp_path), []
    start = threading.Barrier(6)

    def read() -> None:
        start.wait()
        answer = app.test_client().get("/search.json")
        answers.append((answer.data, answer.headers["ETag"]))

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1


def test_what_is_remembered_is_bounded() -> None:
    held = exports.Remembered(3)
    for number in range(5):
        held.put(bytes([number]), exports.Known(str(number), number, ""))
        assert held.get(b"\0") is not None or number > 2 or held.get(bytes([number])) is not None
    held.put(b"\4", exports.Known("again", 4, ""))
    assert len(held) == 3
    again = held.get(b"\4")
    assert again is not None
    assert again.etag == "again"
    assert held.get(bytes([1])) is None


# Large files: in the temporary folder, whole or not at all.

PIECES = ("ä" * 40, "b" * 40, "c")


@pytest.mark.parametrize("in_memory", [0, 80, 120, 121, 1000])
def test_a_spooled_file_is_the_pieces(in_memory: int) -> None:
    made = spool.spool(PIECES, in_memory=in_memory)
    data = made.data
    if made.file is not None:
        with made.file:
            data = made.file.read()
    whole = "".join(PIECES).encode()
    assert (data, made.length, made.digest) == (whole, 121, hashlib.sha256(whole).hexdigest())
    assert (made.file is None) == (in_memory >= 121)
    assert spool.measure(PIECES) == (made.digest, made.length)


class FullDisk:
    """A file on a disk that takes so many bytes; each write takes at most seven."""

    def __init__(self, room: int) -> None:
        self.room, self.closed = room, False

    def write(self, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken_ = min(self.room, len(data), 7)
        self.room -= taken_
        return taken_

    def seek(self, at: int) -> int:
        return at

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("room", [0, 50, 120])
def test_a_full_disk_is_said_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, client: FlaskClient, room: int
) -> None:
    disk = FullDisk(room)
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: disk)
    monkeypatch.setattr(spool.spool, "__kwdefaults__", {"in_memory": 10, "longest": spool.LONGEST})
    answer = client.get("/search.ris")
    assert answer.status_code == 503
    assert answer.text == "The server's temporary folder: cannot take this file now (no space left on device).\n"
    assert disk.closed
    disk.room = 10**6
    assert spool.spool(PIECES).length == 121, "short writes go on where they stopped"


def test_a_folder_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(StoreUnreachable, match="temporary folder"):
        spool.spool(PIECES, in_memory=1)


def test_a_failure_after_the_file_was_begun_closes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[IO[bytes]] = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **how: opened.append(real(**how)) or opened[-1])

    def failing() -> Iterator[str]:
        yield "x" * 100
        raise StoreBusy("store", "locked")

    with pytest.raises(StoreBusy):
        spool.spool(failing(), in_memory=1)
    assert [file.closed for file in opened] == [True]


def test_a_file_without_end_is_given_up() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "x" * 1000

    for make_it in (spool.spool, spool.measure):
        with pytest.raises(StoreUnreachable, match="narrow the selection"):
            make_it(endless(), longest=5000)


@pytest.fixture
def port(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The real server, where every file goes by way of the temporary folder."""
    monkeypatch.setattr(spool.spool, "__kwdefaults__", {"in_memory": 10, "longest": spool.LONGEST})
    channels: dict[int, Any] = {}
    server = waitress.create_server(
        make(store, tmp_path), map=channels, host="127.0.0.1", port=0, threads=2, asyncore_loop_timeout=0.05
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    yield int(server.effective_port)
    server.trigger.pull_trigger(server.close)  # by its own thread: a socket closed under its select is an error there
    thread.join()


def answer_to(port: int, *lines: str) -> tuple[list[str], bytes]:
    """Status line and headers, and the body, of a raw request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.connect()
    try:
        connection.sock.sendall("\r\n".join((*lines, "", "")).encode())
        data = b""
        while chunk := connection.sock.recv(65536):
            data += chunk
    finally:
        connection.close()
    head, _, body = data.partition(b"\r\n\r\n")
    return head.decode().split("\r\n"), body


def test_any_client_gets_it_from_the_real_server(port: int, client: FlaskClient) -> None:
    with client.get(f"{CTS}.bib") as here:
        whole = here.data
    host, close = "Host: 127.0.0.1", "Connection: close"
    old, body = answer_to(port, f"GET {CTS}.bib HTTP/1.0")
    assert (old[0], body) == ("HTTP/1.0 200 OK", whole)
    new, body = answer_to(port, f"GET {CTS}.bib HTTP/1.1", host, close)
    assert (new[0], body) == ("HTTP/1.1 200 OK", whole)
    (tag,) = re.findall(r"(?i)etag: (\S+)", "\n".join(new))
    assert f"Content-Length: {len(whole)}" in new
    head, body = answer_to(port, f"HEAD {CTS}.bib HTTP/1.1", host, close)
    assert (head[0], body) == ("HTTP/1.1 200 OK", b"")
    same, body = answer_to(port, f"GET {CTS}.bib HTTP/1.1", host, close, f"If-None-Match: {tag}")
    assert (same[0].upper(), body) == ("HTTP/1.1 304 NOT MODIFIED", b"")
    empty, body = answer_to(port, "GET /search.bib?q=nothinglikethis HTTP/1.1", host, close)
    assert (empty[0], body) == ("HTTP/1.1 200 OK", b"")
