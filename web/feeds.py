"""Atom feeds (RFC 4287) of what changed: of a condition, of a shelf. Paged as RFC 5005, section 3, has it.

The name of an entry never changes, whatever the host, the path, the title of the study or the link of a shelf: it is
made of when the library was made, what the feed is about, and the event's number and time. A restored library, and a
copy, have the names of the first; what happens after a restore gets other ones, for it happens at another time.

A feed has an ETag like a live file's (web/exports.py): the hash of its bytes, remembered under the store's content and
the whole address, which the links in it depend on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final, cast
from urllib.parse import urljoin
from uuid import UUID, uuid5

from flask import Blueprint, Response, current_app, request, url_for

from evidence import changes
from evidence.errors import UnknownParameter
from evidence.store import history as stored
from evidence.store import shelf_history
from evidence.store.lifecycle import date_of
from evidence.store.shelf_history import Placed
from evidence.store.shelves import Shelf
from evidence.text import clean
from web import changed, wording
from web.changed import Line, event_number
from web.exports import Known, Remembered
from web.library import library
from web.links import condition_url, study_url

feeds = Blueprint("feeds", __name__)

EXTENSION: Final = "evidence-feeds"
MEDIA: Final = "application/atom+xml"
NAMES: Final = UUID("6f6f3c3e-5c0e-5b0c-9a3d-6c1c0f3b8f54")
"""The name space of the entries' names (RFC 9562, section 5.5): drawn once, the same for ever."""

ALARMS_SHOWN: Final = 3
"""Alarms on the page of one's own shelf; the feed has all."""

_WORD: Final = re.compile(r"([^,:]*)(.*)", re.DOTALL)
"""The word of an alarm, and what follows it."""

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold (https://www.w3.org/TR/xml/#charsets)."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself. `subject` is what its names are made of; addresses are paths of this site. `changed`:
    when what it is about changed: entries that go with it must not make the feed older than it was.
    """

    subject: str
    title: str
    subtitle: str
    page: str
    here: str
    lines: tuple[tuple[Line, Placed | None], ...]
    older: str
    changed: datetime | None = None


@feeds.get("/conditions/<slug>.atom")
def export_condition(slug: str) -> Response:
    """What changed about the studies of a condition."""
    condition = library().condition(slug)
    before = page_of(request.args.to_dict(flat=False))

    def made() -> Feed:
        found, following = changed.news(slug, before)
        here = url_for("feeds.export_condition", slug=slug)
        return Feed(
            subject=f"condition {slug}",
            title=f"What changed: {condition.name}",
            subtitle=f"New, retracted, corrected and otherwise changed studies of {condition.name}.",
            page=url_for("pages.history", slug=slug),
            here=f"{here}?before={before}" if before else here,
            lines=tuple((line, None) for line in found),
            older=f"{here}?before={following}" if following else "",
        )

    return answer(made)


def of_shelf(shelf: Shelf, page: str, here: str, *, private: bool) -> Response:
    """What changed about the studies of a shelf since they were put there. `page`, `here`: the addresses of the shelf
    and of its feed.
    """
    before = page_of(request.args.to_dict(flat=False))

    def made() -> Feed:
        found, following = shelf_history.of_shelf(library().store, shelf.id, before=before, size=changed.PAGE)
        return Feed(
            subject=f"shelf {shelf.id}",
            title=f"What changed on the shelf “{shelf.name}”",
            subtitle="Retractions, corrections and other changes of the studies since they were put there.",
            page=page,
            here=f"{here}?before={before}" if before else here,
            lines=tuple((changed.line(entry, library().vocabulary), at) for entry, at in found),
            older=f"{here}?before={following}" if following else "",
            changed=shelf.changed,
        )

    return answer(made, private=private)


def alarms(shelf: Shelf) -> list[tuple[Line, str]]:
    """The last alarms about what stands on a shelf that still hold, one a study, newest first; each with since when the
    study is there, or was exported, and when it was retracted.
    """
    found = shelf_history.alarms(library().store, shelf.id, ALARMS_SHOWN)
    lines = ((changed.line(entry, library().vocabulary), placed) for entry, placed in found)
    return [(line, _since(line, placed)) for line, placed in lines]


def page_of(args: Mapping[str, list[str]]) -> int:
    """The parameter of a feed's address. Raises UnknownParameter."""
    for name, values in args.items():
        if name != "before":
            raise UnknownParameter(clean(name), "unknown; a feed knows before")
        if len(values) > 1:
            raise UnknownParameter(name, "given more than once")
    return event_number("".join(args.get("before", [])).strip())


def answer(made: Callable[[], Feed], *, private: bool = False) -> Response:
    """The feed, or 304 for a reader who has it."""
    remembered = cast(Remembered, current_app.extensions.setdefault(EXTENSION, Remembered()))
    key = hashlib.sha256(f"{library().content()}\n{request.url}".encode("utf-8", "replace")).digest()
    known = remembered.get(key)
    if known is not None and request.if_none_match.contains_weak(known.etag):
        found = Response(status=304)
    else:
        body = document(made(), stored.began(library().store)).encode()
        known = Known(hashlib.sha256(body).hexdigest(), len(body), "")
        remembered.put(key, known)
        same = request.if_none_match.contains_weak(known.etag)
        found = Response(status=304) if same else Response(body, content_type=f"{MEDIA}; charset=utf-8")
    found.set_etag(known.etag)
    found.headers["Cache-Control"] = "private, no-cache" if private else "no-cache"
    return found


def document(feed: Feed, began: datetime) -> str:
    """The feed as XML."""
    updated = max([line.entry.step.at for line, _ in feed.lines] or [began])
    updated = max(updated, feed.changed or updated)
    links = [
        _link("self", feed.here, MEDIA),
        _link("alternate", feed.page, "text/html"),
        *([_link("next", feed.older, MEDIA)] if feed.older else []),
    ]
    return "\n".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>',
            '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">',
            f"<id>{named(began, feed.subject)}</id>",
            f"<title>{xml(feed.title)}</title>",
            f"<subtitle>{xml(feed.subtitle)}</subtitle>",
            f"<updated>{stamp(updated)}</updated>",
            "<author><name>Evidence</name></author>",
            *links,
            *(_entry(feed, line, placed, began) for line, placed in feed.lines),
            "</feed>",
            "",
        )
    )


def _entry(feed: Feed, line: Line, placed: Placed | None, began: datetime) -> str:
    step = line.entry.step
    name = f"{feed.subject} {step.study} {step.event} {step.moments[0].at.astimezone(UTC).isoformat()}"
    parts = [
        f"<id>{named(began, name)}</id>",
        f"<title>{xml(title(line, placed))}</title>",
        f"<updated>{stamp(step.at)}</updated>",
        _link("alternate", study_url(line.key), "text/html"),
        f'<category term="{line.entry.row.state if line.tone == "alarm" else line.tone}"/>',
        f'<content type="html">{xml(content(feed, line, placed))}</content>',
    ]
    return "<entry>\n" + "\n".join(parts) + "\n</entry>"


def title(line: Line, placed: Placed | None) -> str:
    """The entry's title: an alarm begins with its word in capitals, says when that was and since when it is known; on a
    shelf every title says since when the study is there.
    """
    first = line.what
    if line.tone == "alarm":
        word, rest = _WORD.fullmatch(first).groups()  # type: ignore[union-attr]
        date, known = _when(line)
        first = f"{word.upper()}{date}{f' ({known})' if known else ''}{rest}"
    marked = f"[{line.mark}] " if line.mark else ""
    since = f" ({_placed(line, placed)})" if placed is not None else ""
    return f"{first}: {marked}{changes.name(line.entry.row)}{since}"


def content(feed: Feed, line: Line, placed: Placed | None) -> str:
    """The entry in HTML: whatever is stored is escaped once here, and once more where it stands in XML."""
    row, address = line.entry.row, escape(absolute(study_url(line.key)))
    said = [f"<p><strong>{escape(changes.sentences([line.what]))}</strong></p>"]
    if placed is not None:
        said.append(f"<p>{escape(_since(line, placed))}</p>")
    marked = f"<strong>{escape(changes.sentences([line.mark]))}</strong> " if line.mark else ""
    said.append(f'<p>{marked}<a href="{address}">{line.title}</a></p>')
    cited = changes.sentences(part for part in (row.byline, row.citation) if part)
    said += [f"<p>{escape(cited)}</p>"] if cited else []
    said += [f"<ul>{''.join(f'<li>{escape(words)}</li>' for words in line.more)}</ul>"] if line.more else []
    said += [f"<p>{escape(line.why)}</p>"] if line.why else []
    if feed.subject.startswith("condition "):
        day = line.entry.step.at.astimezone(UTC).date()
        then = absolute(f"{condition_url(feed.subject.removeprefix('condition '))}?as-of={day}")
        said.append(f'<p><a href="{escape(then)}">The page at the end of that day</a></p>')
    return "".join(said)


def _since(line: Line, placed: Placed) -> str:
    was = {"retracted": "was retracted", "withdrawn": "was withdrawn", "replaced": "was retracted and replaced",
           "concern": "came under an expression of concern"}  # fmt: skip
    came = _placed(line, placed)
    came = f"{came[0].upper()}{came[1:]}"
    if line.tone != "alarm":
        return f"{came}; changed on {wording.day(line.entry.step.at)}."
    date, known = _when(line)
    return f"{'; '.join(part for part in (came, was[line.entry.row.state] + date, known) if part)}."


def _when(line: Line) -> tuple[str, str]:
    """When an alarm's study was retracted, by the statement that it rests on, as exactly as that says (" on 1 June
    2015", " in 2020", ""); and since when that is known here ("" where the log does not say).
    """
    entry = line.entry
    said = changes.rests_on(entry)
    before = entry.step.before
    if said is None:
        news = before is None or before.row.state != entry.row.state
        return "", f"known here since {wording.day(entry.step.at)}" if news else ""
    date = date_of(str(said.detail.get("date") or ""))
    words = wording.partial_date(date) if date is not None else ""
    on = f" {'on' if date is not None and date.day else 'in'} {words}" if words else ""
    return on, f"known here since {wording.day(said.at)}"


def _placed(line: Line, placed: Placed) -> str:
    """Since when a reader has the study: what was exported before it changed says when, once or first and last."""
    exports = list(dict.fromkeys(wording.day(at) for at in placed.exports_before(line.entry.step.at)))
    if not exports:
        return f"put on this shelf on {wording.day(placed.at)}"
    return f"exported on {exports[0]}" + (f" and last on {exports[1]}" if len(exports) > 1 else "")


def named(began: datetime, name: str) -> str:
    """The name of a feed or an entry (RFC 4287, section 4.2.6), the same for ever."""
    return uuid5(NAMES, f"{began.astimezone(UTC).isoformat()} {name}").urn


def stamp(moment: datetime) -> str:
    """A moment as RFC 3339 writes it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def absolute(path: str) -> str:
    """A path of this site with its host: readers of feeds know no base address."""
    return urljoin(request.host_url, path)


def xml(text: str) -> str:
    """Text for an XML element or attribute."""
    return escape(_NOT_XML.sub("", text))


def _link(rel: str, path: str, media: str) -> str:
    return f'<link rel="{rel}" type="{media}" href="{xml(absolute(path))}"/>'
