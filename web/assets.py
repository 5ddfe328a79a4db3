"""Static files from memory, under a fingerprint, so that a browser may keep them for ever and never shows an old one.

They are two small files; held in memory they cost no file handle per request and need no file system when served.
"""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, request, url_for

IMMUTABLE: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Assets:
    """The static files by name, and a fingerprint of everything that makes a page look as it does."""

    files: dict[str, bytes]
    code: str

    @classmethod
    def of(cls, folder: Path) -> Assets:
        """Read the static files, and fingerprint them with the templates and modules of the web package, once."""
        files = {p.name: p.read_bytes() for p in sorted((folder / "static").iterdir()) if p.is_file()}
        parts = [p.read_bytes() for pattern in ("*.py", "templates/*.html") for p in sorted(folder.glob(pattern))]
        return cls(files, _hash(b"".join((*files.values(), *parts))))

    def version(self, name: str) -> str:
        """The fingerprint of one static file; empty when there is none of that name."""
        return _hash(self.files[name]) if name in self.files else ""

    def serve(self, name: str) -> Response:
        """A static file; kept for ever under its current fingerprint only."""
        if name not in self.files:
            abort(404)
        version = self.version(name)
        media = mimetypes.guess_type(name)[0] or "application/octet-stream"
        answer = Response(self.files[name], mimetype=media)  # werkzeug adds the charset of text
        answer.headers["Cache-Control"] = IMMUTABLE if request.args.get("v") == version else "no-cache"
        answer.set_etag(version)
        answer.make_conditional(request)
        return answer

    def install(self, app: Flask) -> None:
        """Serve the files, and give templates `asset("style.css")`."""
        app.add_url_rule("/static/<name>", endpoint="static", view_func=self.serve)
        # Browsers ask for this name whatever the page says; the drawing is SVG.
        app.add_url_rule("/favicon.ico", endpoint="favicon", view_func=self.serve, defaults={"name": "icon.svg"})

        @app.template_global()
        def asset(name: str) -> str:
            """The address of a static file with its fingerprint."""
            return url_for("static", name=name, v=self.version(name))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
