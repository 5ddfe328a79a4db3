"""Designs of the starter library from titles alone, beside the hand tags: prints agreement and every disagreement.

python -m tests.benchmarks.design.starter
"""

from __future__ import annotations

import json

from evidence import vocabulary
from evidence.records import Record
from evidence.tagging.designs import Designs, primary
from evidence.tagging.phrases import PhraseTable
from evidence.text import from_plain, plain


def main() -> None:
    tagger = Designs(vocabulary.load(), PhraseTable())
    agreed = decided = total = 0
    misses = []
    for line in vocabulary.starter_path("studies.jsonl").read_text("utf-8").splitlines():
        raw = json.loads(line)
        tags = {t["slug"] for t in raw.get("tags", ()) if t["kind"] == "design"}
        if not tags or not raw.get("title"):
            continue
        total += 1
        made = Record(source="starter", external_id=raw["external_id"], title=from_plain(plain(raw["title"])))
        said = {hit.slug for hit in tagger.judge(made, text_only=True).designs}
        listed = primary(said)
        decided += listed != "other"
        if listed in tags or said & tags:
            agreed += 1
        else:
            misses.append(
                f"{raw['external_id']}: tagged {', '.join(sorted(tags))}; title says {listed}: {raw['title']}"
            )
    print("\n".join(misses))  # noqa: T201
    print(f"{agreed} of {total} agree ({agreed / total:.3f}); titles state a design in {decided}")  # noqa: T201


if __name__ == "__main__":
    main()
