"""What changed about a study, from its states before and after, and the sentences that say it. Pure."""

from evidence.changes.model import ALARMS, Entry, State, Step, Tone, entry, giving, graver, kept, rests_on
from evidence.changes.moments import Change, Moment
from evidence.changes.words import because, figures, headline, mark, name, sentence, sentences, who

__all__ = [
    "ALARMS",
    "Change",
    "Entry",
    "Moment",
    "State",
    "Step",
    "Tone",
    "because",
    "entry",
    "figures",
    "giving",
    "graver",
    "headline",
    "kept",
    "mark",
    "name",
    "rests_on",
    "sentence",
    "sentences",
    "who",
]
