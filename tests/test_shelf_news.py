"""What the feed of a shelf, and the list of alerts, must never fail to tell, and at what cost."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from evidence import curation, curation_inclusion, retractions, shelving
from evidence.identifiers import Identifier
from evidence.lifecycle import UNSAID, retraction_watch
from evidence.records import Relation
from evidence.settings import Settings
from evidence.store import Store, life, queries, shelf_history
from evidence.store.reads import EVENT
from tests import atom
from tests.lifecycle_cases import as_csv, row
from tests.made import fresh_store, notice, record, statements, vocabulary
from tests.test_grouping_store import taken
from tests.web_checks import parsed, words
from web import alerts, changed
from web.app import create_app

CTS = "carpal-tunnel-syndrome"
PLACES = ("alpha cohort", "bravo sample", "charlie ward", "delta clinic", "echo county", "foxtrot series")
SINCE = "was retracted in 2020; known here since 9 May 2026."


def set_clock(store: Store, month: int, day: int) -> None:
    store.now = lambda: datetime(2026, month, day, 10, tzinfo=UTC)


def trial(n: int, place: str = "") -> dict[str, object]:
    return {
        "name": str(n), "pmid": str(n), "doi": f"10.1000/x{n}", "volume": str(n), "year": 1990 + n % 30,
        "title": f"Perineural dextrose for carpal tunnel syndrome in the {place or PLACES[n - 11]}",
        "family": f"Name{'abcdefghij'[n // 10 % 10]}{'abcdefghij'[n % 10]}", "types": ["Randomized Controlled Trial"],
    }  # fmt: skip


@pytest.fixture
def store() -> Iterator[Store]:
    """PMIDs 11, 12 and 13 on 1 March."""
    with fresh_store() as made:
        set_clock(made, 3, 1)
        taken(made, [record(**trial(n)) for n in (11, 12, 13)])  # type: ignore[arg-type]
        yield made


def key(store: Store, pmid: int) -> str:
    return queries.find_key(store, vocabulary(), "pmid", str(pmid)) or ""


def client(store: Store, folder: Path) -> FlaskClient:
    settings = Settings(database_url="sqlite://", data_dir=folder, now=store.now)
    return create_app(settings, store, vocabulary(), bind="127.0.0.1").test_client()


def feed(store: Store, folder: Path, address: str = "/shelves/thesis.atom") -> list[tuple[str, str]]:
    """(title, content) of the entries."""
    found = atom.entries(atom.feed(client(store, folder).get(address).data))
    return [(atom.text(entry, "title"), atom.text(entry, "content")) for entry in found]


def export(store: Store, day: int, *pmids: int) -> None:
    set_clock(store, 3, day)
    shelving.remember(store, "Thesis", [str(n) for n in pmids], owner="curator", actor="curator")


def retract(store: Store, pmid: int, month: int = 5, day: int = 9) -> None:
    set_clock(store, month, day)
    taken(store, [notice(str(pmid + 80), "RetractionOf", str(pmid))])


def read_list(store: Store, *rows: dict[str, str]) -> None:
    found = retraction_watch.read(io.BytesIO(as_csv(rows)), "rw.csv")
    retractions.take(store, vocabulary(), "retraction-watch", "rw.csv", found, actor="refresh", shorter=True)


@pytest.mark.parametrize("hidden", ["excluded", "candidate"])
def test_what_no_page_shows_is_retracted_all_the_same(store: Store, tmp_path: Path, hidden: str) -> None:
    if hidden == "candidate":
        taken(store, [record(**trial(14))], include=False)  # type: ignore[arg-type]
        export(store, 3, 14)
    else:
        export(store, 3, 11)
        curation_inclusion.decide(store, vocabulary(), ["11"], "excluded", actor="ann")
    pmid = 14 if hidden == "candidate" else 11
    retract(store, pmid)
    title, content = feed(store, tmp_path)[0]
    assert title.startswith("RETRACTED in 2020 (known here since 9 May 2026): Name")
    assert f"Exported on 3 March 2026; {SINCE}" in content
    set_clock(store, 5, 10)
    curation_inclusion.decide(store, vocabulary(), [str(pmid)], "included", actor="ann")
    title, content = feed(store, tmp_path)[0]
    assert title.startswith("RETRACTED in 2020 (known here since 9 May 2026), and included here")
    assert f"PubMed names a retraction (notice PMID {pmid + 80}; 2020). By ann." in content


def test_a_study_that_goes_into_a_retracted_one_is_an_alarm_with_who_says_so(store: Store, tmp_path: Path) -> None:
    retract(store, 11, 3, 2)
    export(store, 3, 12)
    set_clock(store, 5, 9)
    merge = curation.merge(store, vocabulary(), key(store, 11), key(store, 12), actor="bob", reason="one trial")
    ((title, content),) = feed(store, tmp_path)
    assert title.startswith(
        f"RETRACTED in 2020 (known here since 9 May 2026): merged into {key(store, 11)}: Namebc 2002, Perineural"
    )
    assert f"Exported on 3 March 2026; {SINCE}" in content
    assert content.endswith("<p>PubMed names a retraction (notice PMID 91; 2020). Merged by bob: one trial.</p>")
    set_clock(store, 5, 10)
    curation.unmerge(store, vocabulary(), merge, actor="bob")
    assert feed(store, tmp_path)[0][0].startswith("Separated again")


def test_a_study_that_takes_a_retracted_one_over_names_what_came_with_it(store: Store, tmp_path: Path) -> None:
    export(store, 3, 12)
    retract(store, 13, 3, 4)
    set_clock(store, 5, 9)
    curation.merge(store, vocabulary(), key(store, 12), key(store, 13), actor="bob")
    ((title, content),) = feed(store, tmp_path)
    assert title.startswith("RETRACTED in 2020 (known here since 9 May 2026): Namebc 2002")
    assert "<p>PubMed names a retraction (notice PMID 93; 2020). Merged by bob" in content


def test_the_day_of_a_retraction_is_the_one_that_its_source_names(store: Store, tmp_path: Path) -> None:
    export(store, 3, 11, 12)
    set_clock(store, 5, 9)
    read_list(store, row(1, pmid=11, on="6/1/2015 0:00"), row(2, pmid=12, on=""))
    found = dict(feed(store, tmp_path))
    assert [title.partition(": ")[0] for title in sorted(found)] == [
        "RETRACTED (known here since 9 May 2026)",
        "RETRACTED on 1 June 2015 (known here since 9 May 2026)",
    ]
    told = "".join(found.values())
    assert "Exported on 3 March 2026; was retracted on 1 June 2015; known here since 9 May 2026." in told
    assert "Exported on 3 March 2026; was retracted; known here since 9 May 2026." in told
    set_clock(store, 5, 10)
    read_list(store, row(2, pmid=12, on=""))
    title, content = feed(store, tmp_path)[0]
    assert title.startswith("No longer said to be retracted: Namebb 2001")
    assert content.endswith("<p>Retraction Watch no longer names a retraction.</p>")


def test_exports_of_studies_that_became_one_are_kept(store: Store, tmp_path: Path) -> None:
    set_clock(store, 3, 2)
    shelving.create(store, "Thesis", ["11"], owner="curator", actor="curator")
    export(store, 3, 12)
    export(store, 4, 12)
    set_clock(store, 3, 5)
    curation.merge(store, vocabulary(), key(store, 11), key(store, 12), actor="bob")
    retract(store, 11)
    title, _ = feed(store, tmp_path)[0]
    assert title.endswith("(exported on 3 March 2026 and last on 4 March 2026)")


def test_what_is_put_back_has_its_days_and_what_happened_meanwhile(store: Store, tmp_path: Path) -> None:
    set_clock(store, 3, 2)
    shelving.create(store, "Thesis", ["11"], owner="curator", actor="curator")
    export(store, 3, 11)
    export(store, 4, 11)
    removed = shelving.remove(store, "thesis", ["11"], actor="curator")
    retract(store, 11)
    assert feed(store, tmp_path) == []
    back = shelving.undo(store, removed.event, actor="curator")
    for _ in range(2):
        ((title, _),) = feed(store, tmp_path)
        assert title.endswith("(exported on 3 March 2026 and last on 4 March 2026)")
        (found,) = shelf_history.of_shelf(store, shelving.known(store, "thesis").id)[0]
        assert found[1].at == datetime(2026, 3, 2, 10, tzinfo=UTC)
        again = shelving.undo(store, back.event, actor="curator")  # undoing an undoing is a removal
        back = shelving.undo(store, again.event, actor="curator")


def test_ones_own_shelf_says_what_was_retracted_since(store: Store, tmp_path: Path) -> None:
    export(store, 3, 11, 12)

    def alarming() -> list[str]:
        page = parsed(client(store, tmp_path).get("/shelves/thesis").text)
        return [words(line) for line in page.xpath("//section[@aria-labelledby='alarms']//li")]

    assert alarming() == []
    set_clock(store, 5, 9)
    read_list(store, row(1, pmid=11), row(2, pmid=12, on="6/1/2015 0:00"))
    assert len(alarming()) == 2
    read_list(store, row(2, pmid=12, on="6/1/2015 0:00"))
    (line,) = alarming()
    assert line.startswith("Retracted Namebc 2002 · Perineural dextrose")
    assert "Exported on 3 March 2026; was retracted on 1 June 2015; known here since 9 May 2026. Retraction" in line


@pytest.mark.parametrize("old", [False, True], ids=["", "an older log"])
def test_a_second_retraction_is_told_with_its_own_day(store: Store, tmp_path: Path, old: bool) -> None:
    first = row(1, pmid=11, on="6/1/2015 0:00", notice_doi="10.5555/n1")
    back = row(2, "Reinstatement", pmid=11, on="6/1/2017 0:00", notice_doi="10.5555/n2")
    second = row(3, pmid=11, on="6/1/2026 0:00", notice_doi="10.5555/n3")
    export(store, 3, 11)
    for month, rows in ((4, (first,)), (5, (first, back)), (7, (first, back, second))):
        set_clock(store, month, 1)
        read_list(store, *rows)
    if old:  # an earlier version did not log what was taken back
        with store.write() as writer:
            writer.connection.execute(delete(EVENT).where(EVENT.c.kind == UNSAID))
    set_clock(store, 7, 2)
    curation_inclusion.decide(store, vocabulary(), ["11"], "excluded", actor="ann")
    set_clock(store, 7, 3)
    curation_inclusion.decide(store, vocabulary(), ["11"], "included", actor="ann")
    found = feed(store, tmp_path)
    assert [title.partition(": ")[0] for title, _ in found] == [
        "RETRACTED on 1 June 2026 (known here since 1 July 2026), and included here again",
        "Excluded",
        "RETRACTED on 1 June 2026 (known here since 1 July 2026)",
        "No longer said to be retracted",
        "RETRACTED on 1 June 2015 (known here since 1 April 2026)",
    ]
    assert "10.5555/n3" in found[0][1]
    assert "10.5555/n1" not in found[0][1]


def test_what_a_late_reinstatement_takes_back_is_no_day_of_a_retraction_that_stands(
    store: Store, tmp_path: Path
) -> None:
    rows = [row(1, pmid=11, on="6/1/2015 0:00"), row(3, pmid=11, on="6/1/2026 0:00")]
    export(store, 3, 11)
    set_clock(store, 7, 1)
    read_list(store, *rows)
    curation_inclusion.decide(store, vocabulary(), ["11"], "excluded", actor="ann")
    set_clock(store, 7, 2)
    read_list(store, *rows, row(2, "Reinstatement", pmid=11, on="6/1/2017 0:00"))
    set_clock(store, 7, 3)
    curation_inclusion.decide(store, vocabulary(), ["11"], "included", actor="ann")
    assert feed(store, tmp_path)[0][0].startswith("RETRACTED on 1 June 2026 (known here since 1 July 2026), and incl")


def test_a_completed_reference_is_known_here_since_the_first_day(store: Store, tmp_path: Path) -> None:
    export(store, 3, 11)
    retraction = Relation(type="RetractionIn", targets=(Identifier("pmid", "91"),))
    for day, more in ((1, {"types": ["Retracted Publication"]}), (9, {"relations": (retraction,)})):
        set_clock(store, 5, day)
        taken(store, [record(**{**trial(11), **more})], live=True)  # type: ignore[arg-type]
    curation_inclusion.decide(store, vocabulary(), ["11"], "excluded", actor="ann")
    set_clock(store, 5, 20)
    curation_inclusion.decide(store, vocabulary(), ["11"], "included", actor="ann")
    title, content = feed(store, tmp_path)[0]
    assert title.startswith("RETRACTED (known here since 1 May 2026), and included here again")
    assert "PubMed names a retraction (notice PMID 91). By ann." in content


def test_an_alarm_stays_on_ones_own_shelf_whatever_happens_to_the_others(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changed, "PAGE", 2)
    monkeypatch.setattr(shelf_history, "MOST_READ", 2)
    export(store, 3, 11, 12, 13)
    retract(store, 11)
    for day in range(10, 16):
        set_clock(store, 5, day)
        more = [record(**{**trial(n), "volume": str(900 + day)}) for n in (12, 13)]  # type: ignore[arg-type]
        taken(store, more, live=True)
    page = parsed(client(store, tmp_path).get("/shelves/thesis").text)
    (line,) = (words(one) for one in page.xpath("//section[@aria-labelledby='alarms']//li"))
    assert line.startswith("Retracted Namebb 2001")
    shelf = shelving.known(store, "thesis").id
    with statements(store) as asked:
        ((entry, placed),) = shelf_history.alarms(store, shelf, 3)
    assert (entry.row.state, placed.at.day) == ("retracted", 3)
    assert len(asked) < 14
    assert shelf_history.alarms(store, shelf, 0) == ()


def test_leads_fill_no_page_of_a_conditions_feed(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed, "PAGE", 2)
    address = f"/conditions/{CTS}.atom"
    before = client(store, tmp_path).get(address)
    set_clock(store, 3, 3)
    notes = [
        record(f"refs.bib#{n}", f"Dextrose in carpal tunnel syndrome, note {n}", source="bibtex", year=1950 + n)
        for n in range(12)
    ]
    taken(store, notes)
    site, following, found = client(store, tmp_path), address, []
    while following:
        page = atom.feed(site.get(following).data)
        assert len(atom.entries(page)) == 2 or not atom.link(page, "next")
        assert atom.text(page, "updated") == atom.text(atom.feed(before.data), "updated")
        found += [atom.text(entry, "title") for entry in atom.entries(page)]
        following = atom.link(page, "next").removeprefix("http://localhost")
    assert len(found) == 3


def test_a_shelfs_feed_and_the_alerts_cost_as_many_statements_however_much_there_is(tmp_path: Path) -> None:
    def counted(many: int) -> tuple[int, int, int]:
        with fresh_store() as store:
            set_clock(store, 3, 1)
            syllables = [f"{a}{b}{c}{d}" for a in "bdfkl" for b in "aeiou" for c in "mnprs" for d in "aeiou"]
            trials = [trial(n + 10, f"{syllables[n * 29 % 625]}{syllables[n * 53 % 625]} ward") for n in range(many)]
            taken(store, [record(**t) for t in trials])  # type: ignore[arg-type]
            shelving.create(store, "Thesis", owner="curator", actor="curator")
            for n in range(many):
                moment = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=n)
                store.now = lambda moment=moment: moment  # type: ignore[misc]
                shelving.add(store, "thesis", [str(n + 10)], actor="curator")
            set_clock(store, 3, 3)
            for n in range(0, many, 3):
                curation.merge(store, vocabulary(), key(store, n + 10), key(store, n + 11), actor="bob")
            set_clock(store, 3, 4)
            read_list(store, *(row(n, pmid=n + 10) for n in range(many)))
            shelf = shelving.known(store, "thesis").id
            with statements(store) as feed:
                found, _ = shelf_history.of_shelf(store, shelf)
            with statements(store) as alerted:
                assert len(life.alerts(store)) == many
            return len(found), len(feed), len(alerted)

    few, many = counted(6), counted(24)
    assert few[0] * 3 < many[0]
    assert many[1:] == few[1:]
    assert max(many[1:]) < 16


def test_alerts_that_are_not_shown_are_counted(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(store, 5, 9)
    read_list(store, *(row(n, pmid=n) for n in (11, 12, 13)))

    def shown() -> str:
        return words(parsed(client(store, tmp_path).get("/alerts").text).xpath("//main")[0])

    assert "are shown" not in shown()
    monkeypatch.setattr(alerts, "MOST", 2)
    assert shown().count("Retraction Watch, ") == 2
    assert "The gravest, of these the newest, 2 of 3 are shown" in shown()
