"""Finds the cues of `design_cue_table` in a record, and the words that made one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evidence.tagging.design_cue_table import CUES
from evidence.tagging.design_text import DesignText, Sentence, listed

WORDS: Final[dict[str, frozenset[str]]] = {
    "animals": frozenset(
        listed(
            "rat rats mice mouse dog dogs rabbit rabbits cat cats pig pigs piglet piglets monkey "
            "monkeys sheep animal animals hamster hamsters chicken chickens chick chicks calves calf "
            "cow cows cattle bovine frog frogs toad toads fish fishes trout zebrafish fowl hen hens "
            "cockerels broiler broilers swine lamb lambs ewe ewes goat goats horse horses mare mares "
            "ponies murine bird birds pigeon pigeons quail ducks turkeys larvae drosophila insects "
            "wistar sprague canine feline porcine ovine rhesus baboon baboons gerbil gerbils ferret "
            "ferrets steers heifers bulls boars sows squid crayfish crabs locust cockroach mosquito "
            "mosquitoes snail aplysia xenopus rana turtles snakes rodent rodents kittens puppies "
            "squirrels opossum bats nematodes geese beagle beagles macaque macaques minipigs"
        )
    ),
    "people": frozenset(
        listed(
            "patient patients human humans men man women woman child children volunteers infant "
            "infants persons person people students boys girls adults adolescents newborns mothers "
            "families physicians nurses clinical clinically hospital hospitals medical pregnant"
        )
    ),
    "laboratory": frozenset(
        listed(
            "vitro cultured culture cultures monolayer monolayers incubated incubation incubating "
            "perfused hepatocytes homogenates homogenate lymphocytes fibroblasts slices microsomes "
            "mitochondria cells cell vivo hela synaptosomes adipocytes macrophages monocytes"
        )
    ),
}
"""Kinds of words; a title or a text has one, a few (3) or many (6) different ones."""

_TRIGGERS: Final[frozenset[str]] = frozenset().union(*[cue.triggers for cue in CUES])
_BY_NAME: Final = {cue.name: cue for cue in CUES}


def cues_of(text: DesignText) -> Iterator[tuple[str, int]]:
    """The cues of a record: "@name" of the whole, "@name+" when more than one sentence has it, "@T name" of the title.

    Each comes with the number of the sentence in which it first stands (-1 for kinds of words).
    """
    every = _TRIGGERS & text.words
    triggers = every.intersection  # a few words, looked for in all sentences: quicker than all triggers
    calling = [(n, s, called) for n, s in enumerate(text.sentences) if (called := triggers(s.tokens))] if every else []
    for cue in CUES:
        if cue.triggers.isdisjoint(every):
            continue
        count, search = 0, cue.pattern.search
        for number, sentence, called in calling:
            if cue.triggers.isdisjoint(called) or (sentence.calls and cue.name != "trial-wanted"):
                continue
            if cue.beside and cue.beside.isdisjoint(sentence.tokens):
                continue
            if search(sentence.joined):
                count += 1
                if number == 0:
                    yield f"@T {cue.name}", 0
                if count == 1:
                    yield f"@{cue.name}", number
                else:
                    yield f"@{cue.name}+", number
                    break
    yield from _kinds_of_words(text)


def _kinds_of_words(text: DesignText) -> Iterator[tuple[str, int]]:
    every = text.words
    title = set(text.title.tokens)
    for name, words in WORDS.items():
        if not words.isdisjoint(title):
            yield f"@T {name}", -1
        many = len(words & every)
        for least in (1, 3, 6):
            if many >= least:
                yield f"@{name} {least}", -1


def quoted(name: str, text: DesignText, number: int) -> tuple[Sentence, int, int] | None:
    """The sentence and token range [first, last) of the cue that `cues_of` found in that sentence."""
    if name.startswith("@T ") and name[3:] in WORDS:
        words, title = WORDS[name[3:]], text.title
        return next(((title, n, n + 1) for n, token in enumerate(title.tokens) if token in words), None)
    cue = _BY_NAME.get(name.removeprefix("@T ").lstrip("@").rstrip("+"))
    if cue is None or number < 0:
        return None
    sentence = text.sentences[number]
    joined = sentence.joined
    match = cue.pattern.search(joined)
    if match is None:
        return None
    first = joined.count(" ", 0, match.start())
    return sentence, first, joined.count(" ", 0, match.end()) + 1
