"""evidence: a living evidence bibliography (library and command line; the pages are in `web`)."""

VERSION = "0.1.0"
