"""Tags: what a curator says of them, where NLM and our reading differ, and all machine tags made anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import click

from evidence.cli.opening import ACTOR, Library, key_of, opened
from evidence.cli.output import as_json, counted, emit_json, note, plain, printable, progress, table
from evidence.errors import UsageProblem

if TYPE_CHECKING:
    from evidence.curation_tags import Decided
    from evidence.store.disagreements import Disagreement
    from evidence.views import Study, TagView

_KINDS: Final = ("design", "condition")
_SAID: Final = {"yes": "has it", "no": "has it not", "clear": "the machine’s word counts again"}
_SIDES: Final = {"nlm": "NLM", "text": "our reading"}


@click.command()
@click.argument("identifier", metavar="[ID]", required=False)
@click.option("--yes", "yes", multiple=True, metavar="TAG", help="The study has TAG, for ever; repeat for more.")
@click.option(
    "--no", "no", multiple=True, metavar="TAG", help="The study does not have TAG, for ever; repeat for more."
)
@click.option("--clear", "clear", multiple=True, metavar="TAG", help="Take back what was said of TAG; repeat for more.")
@click.option("--role", type=click.Choice(("active", "comparator")), help="With --yes: an intervention's role.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the decision.")
@click.option("--undo", type=click.IntRange(1), metavar="EVENT", help="Undo the decision with this event number.")
@click.option("--queue", "queue", is_flag=True, help="List where NLM's labels and our reading of the words differ.")
@click.option("--kind", type=click.Choice(_KINDS), help="With --queue: only designs, or only conditions.")
@click.option("--limit", type=click.IntRange(1), help="With --queue: at most this many (50).")
@as_json
def tag(identifier: str | None, as_json: bool, **options: Any) -> None:
    """Say which tags a study has, and see why it has them: ID is its citation key, PMID, DOI or PMCID.

    TAG is written as condition:carpal-tunnel-syndrome, design:rct or intervention:dextrose, or is a name such as
    "Carpal tunnel syndrome". What is said here beats the machine and NLM: no retag, refresh or import changes it. Of
    several tags, all are decided on or none.
    Without --yes, --no or --clear, the tags of the study are listed with the reason for each.
    """
    words = [(verdict, name) for verdict in ("yes", "no", "clear") for name in options[verdict]]
    if identifier is not None and options["undo"] is not None:
        raise UsageProblem("--undo, ID", "exclude each other: the number says which decision, and of what")
    if sum((identifier is not None, options["undo"] is not None, options["queue"])) != 1:
        raise UsageProblem("ID", "name a study, or an event with --undo, or ask for the --queue")
    if identifier is None and (words or options["role"] or options["reason"]):
        raise UsageProblem("ID", "a decision needs the study that it is about")
    if (options["kind"] or options["limit"]) and not options["queue"]:
        raise UsageProblem("--kind, --limit", "go with --queue")
    if options["role"] and not options["yes"]:
        raise UsageProblem("--role", "goes with --yes")
    with opened() as library:
        if options["queue"]:
            _queue(library, options["limit"] or 50, options["kind"] or "", as_json=as_json)
        elif options["undo"]:
            _undo(library, options["undo"], as_json=as_json)
        elif words:
            assert identifier is not None
            _decide(library, identifier, words, options["role"] or "", options["reason"], as_json=as_json)
        else:
            assert identifier is not None
            _list(library, identifier, as_json=as_json)


@click.command()
@click.option("--condition", metavar="SLUG", help="Only the tags of this condition and those above and below it.")
@click.option("--states", is_flag=True, help="No tags: what is said of studies after they appeared, and their states.")
@as_json
def retag(condition: str | None, states: bool, as_json: bool) -> None:
    """Make all machine tags anew from what is stored, without the network; what curators said stays.

    To be run after the vocabulary changed (`evidence status` says when). Others may go on reading and writing; an
    interrupted run loses nothing, and a run with nothing to change writes nothing.

    With --states, who says what of each study (retracted, corrected, …) and the state that follows are worked out anew,
    for a library that an earlier version of the program made; the tags stay as they are.
    """
    from evidence import retag as retags

    if states:
        if condition:
            raise UsageProblem("--states", "does not go with --condition")
        _restate(as_json=as_json)
        return
    with opened() as library, progress("source records") as report:
        done = retags.retag(
            library.store, library.vocabulary, condition=condition or "", actor=ACTOR, on_progress=report
        )
    if as_json:
        emit_json(done)
    else:
        click.echo(
            f"{counted(done.records, 'source record', 'source records')}: the tags or reasons of {done.changed} "
            f"changed; {counted(done.studies, 'study shows', 'studies show')} the difference"
        )


COMMANDS: Final = (tag, retag)


def _restate(*, as_json: bool) -> None:
    from evidence import recompute

    with opened() as library, progress("studies") as report:
        done = recompute.restate(library.store, library.vocabulary, actor=ACTOR, on_progress=report)
    if as_json:
        emit_json(done)
    else:
        click.echo(
            f"{counted(done.studies, 'study', 'studies')}: {done.states} have another state; what is said of "
            f"{done.statements} more was written anew"
        )


def retag_hint(library: Library) -> str:
    """What to do when stored tags were made by another vocabulary or tagger; "" when they are up to date."""
    from evidence import retag as retags

    if not retags.is_due(library.store, library.vocabulary):
        return ""
    return "the tags were made by another vocabulary: run evidence retag"


def reasons(study: Study) -> Iterator[tuple[TagView, str]]:
    """Every reason of every tag of a study, in words; those of one tag together."""
    from evidence import explaining

    records = [member.record for member in study.members]
    for view in sorted(study.tags, key=lambda t: (t.kind, t.slug, t.origin != "curator", t.origin)):
        yield view, explaining.sentence(explaining.explain(view, records))


def _decide(
    library: Library, identifier: str, words: list[tuple[str, str]], role: str, reason: str, *, as_json: bool
) -> None:
    from evidence import curation_tags

    named = [(verdict, *curation_tags.tag_named(library.vocabulary, name)) for verdict, name in words]
    if len({(kind, slug) for _, kind, slug in named}) < len(named):
        raise UsageProblem("TAG", "one tag cannot be decided twice at once")
    key = key_of(library, identifier)
    said = [
        curation_tags.Said(
            kind,
            slug,
            verdict,  # type: ignore[arg-type]
            role if verdict == "yes" and kind == "intervention" else "",
        )
        for verdict, kind, slug in named
    ]
    done = curation_tags.decide_tags(library.store, library.vocabulary, key, said, actor=ACTOR, reason=reason)
    if as_json:
        emit_json(done)
        return
    for decided in done:
        click.echo(_told(decided))


def _told(decided: Decided) -> str:
    about = f"{decided.key}: {decided.kind}:{decided.slug}, {_SAID[decided.verdict]}"
    return f"{about}; `evidence tag --undo {decided.event}` undoes it" if decided.event else f"{about} already"


def _undo(library: Library, event: int, *, as_json: bool) -> None:
    from evidence import curation_tags

    undone = curation_tags.undo_tag(library.store, library.vocabulary, event, actor=ACTOR)
    if as_json:
        emit_json(undone)
    else:
        click.echo(f"{undone.key}: {undone.kind}:{undone.slug} is as it was before decision {event}")


def _list(library: Library, identifier: str, *, as_json: bool) -> None:
    from evidence import explaining
    from evidence.store import queries

    study = queries.study(library.store, library.vocabulary, key_of(library, identifier))
    assert study is not None
    standing = explaining.standing(study.tags)
    lines = [(view, (view.kind, view.slug) in standing, why) for view, why in reasons(study)]
    if as_json:
        emit_json([{"tag": view, "stands": stands, "why": why} for view, stands, why in lines])
        return
    rows = [(f"{v.kind}:{v.slug}", "yes" if stands else "no", v.origin, why) for v, stands, why in lines]
    table(("Tag", "Stands", "Origin", "Why"), rows)


def _queue(library: Library, limit: int, kind: str, *, as_json: bool) -> None:
    from evidence.store import disagreements

    page = disagreements.queue(library.store, library.vocabulary, limit=limit, kind=kind)
    if hint := retag_hint(library):
        note(f"{hint}; until then differences may be missing here")
    if as_json:
        emit_json({"total": page.total, "disagreements": [_without_records(item) for item in page.items]})
        return
    headings = ("Key", "Tag", "Says so", "Because of", "The other side", "Title")
    table(headings, [_cells(item, short=sys.stdout.isatty()) for item in page.items])
    if len(page.items) < page.total:
        note(f"{len(page.items)} of {page.total} disagreements; --limit {page.total} shows all")
    elif not page.total and not hint:
        note("NLM's labels and our reading of the words agree, or a curator has decided")


def _without_records(item: Disagreement) -> dict[str, Any]:
    """What `evidence show` tells in full is left out."""
    return {f.name: getattr(item, f.name) for f in fields(item) if f.name not in ("records", "cursor")}


def _cells(item: Disagreement, *, short: bool) -> tuple[str, ...]:
    because = "; ".join(dict.fromkeys(printable(tag.evidence) for tag in item.reasons))
    against = ", ".join(dict.fromkeys(tag.slug for tag in item.against)) or "does not say so"
    title = plain(item.title)
    shown = f"{title[:60]}…" if short and len(title) > 61 else title
    return item.key, f"{item.kind}:{item.slug}", _SIDES[item.side], because, against, shown
