"""How every command ends: its exit code, and one line on standard error when it fails."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from evidence.errors import EvidenceError

DONE: Final = 0
FAILED: Final = 1
WRONG_USAGE: Final = 2
INTERRUPTED: Final = 128 + signal.SIGINT
"""What a shell reports for a program that a signal ended: https://www.gnu.org/software/bash/manual/ (Exit Status)"""


class _Text(click.types.StringParamType):
    """Text without lone surrogates, which stand for bytes that are not UTF-8 (https://peps.python.org/pep-0383/) and
    can be neither stored nor compared. Names of files are no text: they may have any bytes.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = super().convert(value, param, ctx)
        if any("\ud800" <= c <= "\udfff" for c in text):
            self.fail("has bytes that are not UTF-8", param, ctx)
        return text


_TEXT: Final = _Text()


def _only_text(command: click.Command) -> None:
    """Every plain string among the parameters of a command and of those below it becomes a `_Text`."""
    for param in command.params:
        if type(param.type) is click.types.StringParamType:
            param.type = _TEXT
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        _only_text(below)


class Program(click.Group):
    """The group of all commands; whatever goes wrong inside ends in one line and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line; in standalone mode, leave the interpreter with its exit code."""

        def run() -> Any:
            return super(Program, self).main(args, prog_name, complete_var, standalone_mode=False, **extra)

        if not standalone_mode:
            return run()
        sys.exit(exit_code(run))

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command; what it reads as text must be text, whatever bytes a shell passes on."""
        _only_text(cmd)
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they were added, by theme, not by the alphabet."""
        return list(self.commands)


def exit_code(run: Callable[[], Any]) -> int:
    """Run it, and turn every way it can end into an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A title in Greek on a terminal that cannot show it is not a reason to fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = run()
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as exc:
        click.echo(exc.format_message(), err=True)
        return WRONG_USAGE
    except click.UsageError as exc:
        _usage(exc)
        return WRONG_USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone. Python flushes again at exit, so give it somewhere to flush to:
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as exc:
        if os.environ.get("EVIDENCE_DEBUG") == "1":
            raise
        return _failed(exc)
    return result if isinstance(result, int) else DONE


def complain(line: str) -> None:
    """One line on standard error, whatever the message holds."""
    click.echo(f"evidence: {' '.join(line.split())}", err=True)


def leave(code: int) -> None:
    """End the command with this exit code."""
    click.get_current_context().exit(code)


def _usage(exc: click.UsageError) -> None:
    path = exc.ctx.command_path if exc.ctx else "evidence"
    name = path.removeprefix("evidence").strip()
    complain(f"{name + ': ' if name else ''}{exc.format_message().rstrip('.')} (see {path} --help)")


def _failed(exc: Exception) -> int:
    if isinstance(exc, EvidenceError):
        complain(str(exc))
        return exc.exit_code
    if isinstance(exc, click.ClickException):
        complain(exc.format_message())
        return exc.exit_code
    if isinstance(exc, OSError):
        complain(f"{exc.filename or 'system'}: {exc.strerror or exc}")
        return FAILED
    complain(f"unexpected {exc.__class__.__name__}: {exc}; EVIDENCE_DEBUG=1 shows where")
    return FAILED
