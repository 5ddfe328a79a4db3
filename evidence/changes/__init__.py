"""What changed about a study, from its states before and after, and the sentences that say it. Pure."""

from evidence.changes.model import Change, Entry, Moment, State, Step, Tone, entry
from evidence.changes.words import because, figures, headline, name, sentence, sentences, who

__all__ = [
    "Change",
    "Entry",
    "Moment",
    "State",
    "Step",
    "Tone",
    "because",
    "entry",
    "figures",
    "headline",
    "name",
    "sentence",
    "sentences",
    "who",
]
