"""Going through the queue at a terminal: one key a decision, each saved at once, any of them undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from evidence.cli import sidebyside
from evidence.cli.opening import ACTOR, Library
from evidence.cli.output import printable
from evidence.errors import Conflict, EvidenceError, NotFound

if TYPE_CHECKING:
    from rich.console import Console

    from evidence.store.review import Cursor, ReviewPair

KEYS: Final = {
    "s": "same",
    "d": "different",
    "k": "skip",
    "f": "fields",
    "u": "undo",
    "q": "quit",
}
_SIDES: Final = {"l": "left", "r": "right", "b": "both", "\r": "", "\n": "", " ": ""}
_END: Final = ("", "\x04", "\x1b")  # the end of input, Ctrl-D, Escape


def as_choice(side: str, left: int, right: int) -> str:
    """left, right or both as merging.with_choices takes it, of these two source records."""
    return {"left": f"record:{left}", "right": f"record:{right}", "both": f"both:{left},{right}"}[side]


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that was done with a pair: where in the queue that was, and the number of the merge, if one."""

    what: str
    a: int
    b: int
    before: Cursor | None
    event: int | None = None


@dataclass(slots=True)
class Session:
    """One sitting. `ask` gives the next key pressed, "" at the end of input."""

    library: Library
    console: Console
    ask: Callable[[], str]
    done: list[_Step] = field(default_factory=list)
    after: Cursor | None = None

    def run(self, limit: int | None) -> Counter[str]:
        """Show pair after pair until the queue or the limit ends, or the person does: how many of each decision."""
        from evidence.store import review

        while True:
            more = limit is None or len(self.done) < limit
            page = review.queue(self.library.store, limit=int(more), after=self.after)
            if not page.items:
                if self._last_word():
                    continue
                break
            item = page.items[0]
            pair = review.pair(self.library.store, self.library.vocabulary, item.a, item.b)
            if pair is None or pair.same_study:  # decided between the two questions, by someone else
                self.after = item.cursor
                continue
            heading = f"{printable(item.key_a)} or {printable(item.key_b)}? {sidebyside.left_over(page.total)}"
            sidebyside.show(self.console, pair, pair.a, heading)
            if not self._settle(pair):
                break
        return Counter(step.what for step in self.done)

    def _last_word(self) -> bool:
        """After the last pair: whether its decision was taken back."""
        if not self.done:
            return False
        self._say("That was the last pair.")
        while (key := self._key("uq")) != "q":
            if key == "u" and self._undo():
                return True
        return False

    def _settle(self, pair: ReviewPair) -> bool:
        """Ask until the pair is settled or left; False to stop."""
        choices: dict[str, str] = {}
        while True:
            key = self._key()
            match KEYS.get(key, ""):
                case "fields":
                    choices = self._fields(pair)
                case "undo":
                    if self._undo():
                        return True
                case "quit":
                    return False
                case "skip":
                    self._note("skip", pair)
                    return True
                case ("same" | "different") as verdict:
                    return self._decide(pair, verdict, choices)
                case _:
                    self._say("; ".join(f"{key} {word}" for key, word in KEYS.items()))

    def _key(self, offered: str = "".join(KEYS)) -> str:
        from rich.text import Text

        prompt = Text()
        for key in offered:
            word = KEYS[key]
            prompt.append(key, style="bold underline").append(f" {word}   " if word[0] != key else f"{word[1:]}   ")
        self.console.print(prompt, end="")
        pressed = self.ask()
        key = "q" if pressed in _END else pressed.lower()
        if len(key) != 1 or key not in offered:  # several at once are a paste or an arrow, no decision
            key = ""
        self._say(KEYS[key] if key else "?")
        return key

    def _decide(self, pair: ReviewPair, verdict: str, choices: dict[str, str]) -> bool:
        from evidence import curation

        said = {name: as_choice(side, pair.a, pair.b) for name, side in choices.items()}
        store, vocabulary = self.library.store, self.library.vocabulary
        try:
            if verdict == "same":
                event = curation.decide(store, vocabulary, pair.a, pair.b, "same", actor=ACTOR, choices=said)
            else:
                event = curation.decide(store, vocabulary, pair.a, pair.b, "different", actor=ACTOR)
        except (Conflict, NotFound) as exc:
            self._say(f"not saved: {exc}")
            self.after = pair.cursor
            return True
        self._note(verdict, pair, event)
        return True

    def _note(self, what: str, pair: ReviewPair, event: int | None = None) -> None:
        self.done.append(_Step(what, pair.a, pair.b, self.after, event))
        self.after = pair.cursor

    def _fields(self, pair: ReviewPair) -> dict[str, str]:
        """Ask for each field on which the two differ; Enter leaves it to the order of the sources."""
        from evidence.comparing import compare_records

        chosen: dict[str, str] = {}
        for row in compare_records(pair.left_record, pair.right_record):
            if not row.choosable or row.same:
                continue
            while True:
                self.console.print(f"{row.label}: l left   r right   b both   Enter as it comes ", end="", markup=False)
                pressed = self.ask()
                if pressed in _END or pressed.lower() == "q":
                    self._say("no fields chosen")
                    return {}
                if pressed.lower() in _SIDES:
                    break
                self._say("?")
            side = _SIDES[pressed.lower()]
            self._say(side or "as it comes")
            if side:
                chosen[row.name] = side
        told = ", ".join(f"{name} {side}" for name, side in chosen.items())
        self._say(f"s merges them with: {told}" if told else "no fields chosen")
        return chosen

    def _undo(self) -> bool:
        """Take the last step back; whether there was one that could be."""
        from evidence import curation

        if not self.done:
            self._say("nothing to undo")
            return False
        step = self.done[-1]
        store, vocabulary = self.library.store, self.library.vocabulary
        try:
            if step.event is not None:
                curation.take_back(store, vocabulary, step.event, actor=ACTOR)
            elif step.what != "skip":
                curation.reconsider(store, vocabulary, step.a, step.b, actor=ACTOR)
        except EvidenceError as exc:
            self._say(f"not undone: {exc}")
            return False
        self.done.pop()
        self.after = step.before
        return True

    def _say(self, line: str) -> None:
        self.console.print(printable(line), markup=False, highlight=False)
