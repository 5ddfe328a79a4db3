"""Shelves: those of the one who asks, those open to all, one with its studies, and the forms that change them.

A shelf is found by its address when it is public or one's own; by its secret when it has one. Every other shelf is 404,
as one that never was: nobody learns which exist. The secret stands in the path (/shelves/t/<token>.bib), not in a
parameter: the address still ends in its suffix, and options of the file need no "&", which LaTeX would have to be told
about. Answers under a secret ask for no Referer and no index. A proxy's log may hold the address (the program's own
does only where it fails); therefore a new link is one button.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import Any, Final, ParamSpec, TypeVar

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evidence import shelving
from evidence.errors import Conflict, EvidenceError, NotFound, UnknownParameter, UsageProblem
from evidence.store import shelf_asof
from evidence.store import shelves as stored
from evidence.store.shelves import Shelf
from evidence.text import clean
from evidence.views import Study
from web import feeds, present, shelved
from web.access import access
from web.bibliography import bibliography
from web.errors import sentence
from web.exports import Audience, live, nothing_else, writing
from web.files import dated, day_of, of_now
from web.library import library
from web.origin import safe_next
from web.selection import EXPORTS, OFFERS, FileForm

shelves = Blueprint("shelves", __name__)

PAGE: Final = 100
"""Studies on a page of a shelf."""

_EXT: Final = f"<any({', '.join(EXPORTS)}):ext>"
_EVENT: Final = "<int(max=2147483647):event>"
P = ParamSpec("P")
R = TypeVar("R")


def keepers(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A view that only those who may keep shelves reach; others get a page that says what to do."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        who = access()
        if who.keeps:
            return view(*args, **kwargs)
        return make_response(render_template("refused.html", why=who.refused, back=url_for("shelves.index")), 403)

    return guarded


@shelves.get("/shelves")
def index() -> str:
    """One's own shelves, and those that are open to all."""
    store, mine = library().store, shelved.owners(access())
    own = stored.everyones(store, owners=mine) if mine else ()
    public = [shelf for shelf in stored.everyones(store, public=True) if shelf.owner not in mine]
    return render_template("shelves.html", own=own, public=public)


@shelves.post("/shelves")
@keepers
def fill() -> AnyResponse:
    """Put the chosen studies on a shelf, one that is there or a new one; then back to the page they were chosen on."""
    form, keys = request.form, _chosen()
    slug, name = form.get("shelf", ""), clean(form.get("name", ""))
    if not keys and "create" not in form:
        return _back(shelved.NOTHING)
    try:
        if slug:
            change = shelving.add(library().store, _own(slug).slug, keys, actor=access().name)
        else:
            change = shelving.create(library().store, name, keys, owner=access().name, actor=access().name)
    except (Conflict, NotFound, UsageProblem) as error:
        return _ask_again(error, keys, name)
    return _back(str(change.event) if change.event else f"on.{change.shelf.slug}", change.shelf)


@shelves.get("/shelves/<slug>")
def show(slug: str) -> AnyResponse:
    """The studies of a shelf that is public or one's own."""
    access()
    shelf = _readable(slug)
    return _page(shelf, shelf.owner in shelved.owners(access()))


@shelves.get("/shelves/t/<token>")
def show_secret(token: str) -> AnyResponse:
    """The studies of a shelf, for who has its link."""
    access()
    return _hushed(_page(_by_token(token), False, token))


@shelves.get(f"/shelves/<slug>.{_EXT}")
def export_shelf(slug: str, ext: str) -> AnyResponse:
    """The studies of a public or own shelf as a file."""
    return _file(lambda: _readable(slug, counted=False), ext, "own")


@shelves.get(f"/shelves/t/<token>.{_EXT}")
def export_secret(token: str, ext: str) -> AnyResponse:
    """The studies of a shelf as a file, for who has its link."""
    return _hushed(_file(lambda: _by_token(token, counted=False), ext, "link"))


@shelves.get("/shelves/<slug>/references")
def references(slug: str) -> AnyResponse:
    """A public or own shelf as a list of references."""
    access()
    return _references(_readable(slug))


@shelves.get("/shelves/t/<token>/references")
def references_secret(token: str) -> AnyResponse:
    """The same, for who has the shelf's link."""
    access()
    return _hushed(_references(_by_token(token), token))


@shelves.get("/shelves/<slug>.atom")
def export_feed(slug: str) -> AnyResponse:
    """What changed about the studies of a public or own shelf, as a feed."""
    shelf = _readable(slug, counted=False)
    here = url_for("shelves.export_feed", slug=shelf.slug)
    return feeds.of_shelf(shelf, _address(shelf, ""), here, private=shelf.visibility != "public")


@shelves.get("/shelves/t/<token>.atom")
def export_secret_feed(token: str) -> AnyResponse:
    """What changed about the studies of a shelf, as a feed for who has its link."""
    shelf = _by_token(token, counted=False)
    here = url_for("shelves.export_secret_feed", token=token)
    return _hushed(feeds.of_shelf(shelf, _address(shelf, token), here, private=True))


@shelves.post("/shelves/<slug>/remove")
@keepers
def remove(slug: str) -> AnyResponse:
    """Take the chosen studies off a shelf."""
    keys = _chosen()
    if not keys:
        return _back(shelved.NOTHING)
    change = shelving.remove(library().store, _own(slug).slug, keys, actor=access().name)
    return _back(str(change.event) if change.event else shelved.NOTHING, change.shelf)


@shelves.post("/shelves/<slug>/rename")
@keepers
def rename(slug: str) -> AnyResponse:
    """Give a shelf another name."""
    change = shelving.rename(library().store, _own(slug).slug, request.form.get("name", ""), actor=access().name)
    return _to(change)


@shelves.post("/shelves/<slug>/share")
@keepers
def share(slug: str) -> AnyResponse:
    """Say who may read a shelf; or give it another secret link."""
    store, own, wanted = library().store, _own(slug).slug, request.form.get("visibility", "")
    if wanted == "renew":
        return _to(shelving.renew(store, own, actor=access().name))
    return _to(shelving.share(store, own, wanted, actor=access().name))


@shelves.post("/shelves/<slug>/delete")
@keepers
def delete(slug: str) -> AnyResponse:
    """Delete a shelf; the page after it can take that back."""
    change = shelving.delete(library().store, _own(slug).slug, actor=access().name)
    return redirect(shelved.with_message(url_for("shelves.index"), str(change.event)), 303)


@shelves.post(f"/shelves/event/{_EVENT}/undo")
@keepers
def undo(event: int) -> AnyResponse:
    """Take an adding, a removing or a deleting back. 409 when that is overtaken."""
    done = shelving.done(library().store, event)
    if done is None or done.shelf.owner not in shelved.owners(access()):
        raise NotFound(f"change {event} of a shelf", "there is none of that number")
    change = shelving.undo(library().store, event, actor=access().name)
    return _back(str(change.event), change.shelf)


@shelves.after_request
def uncached(answer: Response) -> Response:
    """Pages that can be changed are never shown from a copy; files have policies of their own (web/exports.py)."""
    if answer.mimetype == "text/html":
        answer.cache_control.no_store = True
    return answer


def _chosen() -> list[str]:
    """The keys of the ticked rows, or all of the page, in the page's order."""
    form = request.form
    whole = form.get("page", "").split() if form.get("all") else []
    return list(dict.fromkeys(key for raw in [*whole, *form.getlist("key")] if (key := clean(raw))))


def _readable(slug: str, *, counted: bool = True) -> Shelf:
    """A shelf that is public or one's own. Raises NotFound for every other one."""
    shelf = stored.by_slug(library().store, slug, counted=counted)
    if shelf is not None and (shelf.visibility == "public" or shelf.owner in shelved.owners(access())):
        return shelf
    raise _unknown(slug)


def _own(slug: str) -> Shelf:
    """A shelf that the one who asks may change. Raises NotFound for every other one."""
    shelf = stored.by_slug(library().store, slug, counted=False)
    if shelf is None or shelf.owner not in shelved.owners(access()):
        raise _unknown(slug)
    return shelf


def _by_token(token: str, *, counted: bool = True) -> Shelf:
    shelf = stored.by_token(library().store, token, counted=counted)
    if shelf is None:
        raise NotFound("shelf", "this link opens none; it may have been replaced by a new one")
    return shelf


def _unknown(slug: str) -> NotFound:
    return NotFound(f"shelf “{clean(slug)[:80]}”", "there is none of that name here, or it is not open to you")


def _page(shelf: Shelf, own: bool, token: str = "") -> Response:
    of_now(request.args)
    start, store = _start(), library().store
    page = stored.page(store, shelf.id, start=start, size=PAGE)
    if start and start >= page.total:  # what stood there was taken off
        start = max(page.total - 1, 0) // PAGE * PAGE
        page = stored.page(store, shelf.id, start=start, size=PAGE)
    return make_response(
        render_template(
            "shelf.html",
            shelf=shelf,
            page=page,
            cards=present.cards(page.rows, library().vocabulary),
            hidden=present.cards(page.hidden, library().vocabulary) if own else (),
            alarms=feeds.alarms(shelf) if own and not start else (),
            own=own,
            token=token,
            feed=_feed_address(shelf, token),
            references=_references_address(shelf, token),
            offers=[(words, _file_address(shelf, ext, more, token)) for words, ext, more in OFFERS],
            file_form=FileForm.of(lambda ext: _file_address(shelf, ext, "", token)),
            first=_address(shelf, token) if start else "",
            next=_address(shelf, token, start + PAGE) if start + PAGE < page.total else "",
            longest=shelving.LONGEST_NAME,
        )
    )


def _references(shelf: Shelf, token: str = "") -> Response:
    args = request.args.to_dict(flat=False)
    of_now(request.args)
    style = args.pop("style", [""])[-1].strip()
    for name in args:
        raise UnknownParameter(clean(name), "unknown; this page knows style")
    page = bibliography(stored.stream(library().store, library().vocabulary, shelf.id), style)
    own, back = _references_address(shelf, token), _address(shelf, token)
    return make_response(render_template("bibliography.html", shelf=shelf, page=page, own=own, back=back))


def _references_address(shelf: Shelf, token: str) -> str:
    if token:
        return url_for("shelves.references_secret", token=token)
    return url_for("shelves.references", slug=shelf.slug)


def _start() -> int:
    """How many studies the page leaves out before its first. Raises UnknownParameter."""
    raw = request.args.get("start", "") or "0"
    if not (raw.isascii() and raw.isdigit() and len(raw) < 8):
        raise UnknownParameter("start", f"{clean(raw)[:40]!r} is not a number of studies")
    return int(raw)


def _address(shelf: Shelf, token: str, start: int = 0) -> str:
    values: dict[str, Any] = {"start": start} if start else {}
    if token:
        return url_for("shelves.show_secret", token=token, **values)
    return url_for("shelves.show", slug=shelf.slug, **values)


def _feed_address(shelf: Shelf, token: str) -> str:
    if token:
        return url_for("shelves.export_secret_feed", token=token)
    return url_for("shelves.export_feed", slug=shelf.slug)


def _file_address(shelf: Shelf, ext: str, more: str, token: str) -> str:
    if token:
        base = url_for("shelves.export_secret", token=token, ext=ext)
    else:
        base = url_for("shelves.export_shelf", slug=shelf.slug, ext=ext)
    return f"{base}?{more}" if more else base


def _file(find: Callable[[], Shelf], ext: str, unless_public: Audience) -> Response:
    """The live file of the shelf that is found, or refused, once and only if the file is not known."""
    args = request.args.to_dict(flat=False)
    how, day = writing(args, ext), day_of(args)
    nothing_else(args, ext, "as-of")
    known, shelf = library(), cache(find)

    def studies() -> Iterable[Study]:
        if day is not None:
            return shelf_asof.stream_as_of(known.store, shelf().id, day)
        return stored.stream(known.store, known.vocabulary, shelf().id)

    return live(
        studies,
        ext,
        lambda: dated(shelf().slug, day),
        how,
        audience=lambda: "anybody" if unless_public == "own" and shelf().visibility == "public" else unless_public,
    )


def _hushed(answer: Response) -> Response:
    """What stands under a secret address: not indexed, and its address told to nobody."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _ask_again(error: EvidenceError, keys: list[str], name: str) -> Response:
    """The form once more, with what was chosen and why it did not do."""
    page = render_template(
        "shelve.html",
        problem=sentence(error),
        keys=keys,
        name=name[: shelving.LONGEST_NAME],
        create="create" in request.form,
        back=_came_from(),
        longest=shelving.LONGEST_NAME,
    )
    return make_response(page, error.status)


def _came_from() -> str:
    return safe_next(request.form.get("back", ""), request.root_path)


def _back(said: str, shelf: Shelf | None = None) -> AnyResponse:
    """To the page that the form stood on, or to the shelf, with what was done in the address."""
    other = url_for("shelves.show", slug=shelf.slug) if shelf is not None else url_for("shelves.index")
    return redirect(shelved.with_message(_came_from() or other, said), 303)


def _to(change: shelving.Change) -> AnyResponse:
    """To the shelf, with what was done."""
    address = url_for("shelves.show", slug=change.shelf.slug)
    return redirect(shelved.with_message(address, str(change.event)) if change.event else address, 303)


shelves.add_app_template_global(shelved.own_names, "own_shelves")
shelves.add_app_template_global(shelved.holding, "on_shelves")
shelves.add_app_template_global(shelved.message, "shelved")
