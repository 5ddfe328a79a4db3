"""One tree of errors. Every error names its subject, and carries the CLI exit code and HTTP status.

EvidenceError
├── UsageProblem            wrong option, unknown parameter, missing setting        exit 2, 400
│   └── UnknownParameter
├── NotFound                no such study, condition, search …                      exit 1, 404
├── BadInput                a file, line or record that cannot be read              exit 1, 400
│   ├── BadIdentifier
│   ├── BadVocabulary
│   └── UnknownFormat
├── SourceProblem           PubMed, Crossref …                                      exit 1, 503
│   ├── SourceUnavailable   no usable answer within the bounded retries
│   └── SourceRefused       the source answered, and the answer is an error
├── StoreProblem                                                                    exit 1, 500
│   ├── StoreBusy           another process holds the lock                          exit 1, 503
│   ├── SchemaMismatch      schema older or newer than the code                     exit 1, 503
│   └── StoreUnreachable    cannot be opened                                        exit 1, 503
└── Conflict                a decision that contradicts an earlier one              exit 1, 409
"""


class EvidenceError(Exception):
    """Base of all errors raised on purpose. `subject` is the file, line, record or option it is about."""

    exit_code = 1
    status = 500

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(f"{subject}: {reason}" if subject else reason)
        self.subject = subject
        self.reason = reason


class UsageProblem(EvidenceError):
    """The command or address was used wrongly."""

    exit_code = 2
    status = 400


class UnknownParameter(UsageProblem):
    """A query parameter or filter value this program does not know."""


class NotFound(EvidenceError):
    """Nothing is stored under that name."""

    status = 404


class BadInput(EvidenceError):
    """A file, line or record that cannot be read."""

    status = 400


class BadIdentifier(BadInput):
    """A string that is not an identifier of the scheme it claims."""


class BadVocabulary(BadInput):
    """A vocabulary file (conditions, designs, interventions, searches) breaks its rules."""


class UnknownFormat(BadInput):
    """No reader recognises the file, or no format has that name."""


class SourceProblem(EvidenceError):
    """A source (PubMed, Crossref …) did not give what was asked."""

    status = 503


class SourceUnavailable(SourceProblem):
    """No usable answer within the bounded retries."""


class SourceRefused(SourceProblem):
    """The source answered, and the answer is an error; asking again would not help."""


class StoreProblem(EvidenceError):
    """The store failed."""


class StoreBusy(StoreProblem):
    """Another process holds the store's lock."""

    status = 503


class StoreUnreachable(StoreProblem):
    """The database cannot be opened."""

    status = 503


class SchemaMismatch(StoreProblem):
    """The store's schema is older or newer than this code."""

    status = 503


class Conflict(EvidenceError):
    """A decision that contradicts an earlier one."""

    status = 409
