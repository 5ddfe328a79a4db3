"""Pacing and locks: what holds between processes, after kills, and with rubbish in the files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import StoreBusy, StoreUnreachable
from evidence.locks import file_lock
from evidence.pacing import MARGIN, FilePacer, MemoryPacer, eutils_pacer
from evidence.settings import NCBI_EUTILS, Settings


@dataclass
class Time:
    """A clock that only sleeping moves."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def pacer(path: Path, time: Time, gap: float = 0.4) -> FilePacer:
    return FilePacer(path / "pace", gap, time.clock, time.sleep)


def test_starts_are_a_gap_apart(tmp_path: Path) -> None:
    time = Time()
    mine, starts = pacer(tmp_path, time), []
    for _ in range(5):
        mine.wait()
        starts.append(time.now)
    assert starts[0] == 1000.0
    assert [round(b - a, 3) for a, b in zip(starts, starts[1:], strict=False)] == [0.4] * 4


def test_two_pacers_share_one_file(tmp_path: Path) -> None:
    time = Time()
    first, second = pacer(tmp_path, time), pacer(tmp_path, time)
    first.wait()
    second.wait()
    first.wait()
    assert round(time.now, 3) == 1000.8


def test_the_gap_counts_from_the_arrival_when_that_is_later(tmp_path: Path) -> None:
    time = Time()
    mine = pacer(tmp_path, time)
    mine.wait()
    time.now += 5  # a slow connection set-up
    mine.arrived()
    mine.wait()
    assert time.slept == [pytest.approx(0.4)]


def test_no_wait_when_the_gap_has_passed(tmp_path: Path) -> None:
    time = Time()
    mine = pacer(tmp_path, time)
    mine.wait()
    time.now += 0.5
    mine.wait()
    assert time.slept == []


@given(st.one_of(st.binary(min_size=1, max_size=60), st.floats().map(lambda f: str(f).encode())))
def test_whatever_the_file_holds_one_gap_is_the_longest_wait(content: bytes) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        time = Time()
        (Path(folder) / "pace").write_bytes(content)
        pacer(Path(folder), time).wait()
        assert sum(time.slept) <= 0.4 + 1e-6
        pacer(Path(folder), time).wait()
        assert sum(time.slept) >= 0.4 - 1e-5  # the file is in order again


def test_a_restarted_machine_does_not_wait_for_its_old_clock(tmp_path: Path) -> None:
    old, new = Time(now=9_000_000.0), Time(now=3.0)
    pacer(tmp_path, old).wait()
    pacer(tmp_path, new).wait()
    assert new.slept == [pytest.approx(0.4)]


def test_threads_are_paced_together(tmp_path: Path) -> None:
    started: list[float] = []
    mine = FilePacer(tmp_path / "pace", 0.01)

    def work() -> None:
        for _ in range(5):
            mine.wait()
            started.append(mine.clock())

    threads = [threading.Thread(target=work) for _ in range(4)]
    first = mine.clock()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 20
    assert max(started) - first >= 19 * 0.01 - 1e-3


def test_processes_are_paced_together(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from evidence.pacing import FilePacer\n"
        "p = FilePacer(Path(sys.argv[1]), 0.05)\n"
        "for _ in range(4): p.wait(); sys.stdout.write(f'{p.clock()}\\n')\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "pace")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    starts = sorted(float(line) for process in running for line in process.communicate()[0].split())
    assert len(starts) == 12
    assert starts[-1] - starts[0] >= 11 * 0.05 - 1e-3


def test_a_pacing_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnreachable, match="file/pace"):
        FilePacer(tmp_path / "file" / "pace", 1.0).wait()


def test_memory_pacer_counts_and_waits_only_with_a_gap() -> None:
    time = Time()
    free, slow = MemoryPacer(clock=time.clock, sleep=time.sleep), MemoryPacer(0.5, time.clock, time.sleep)
    for _ in range(3):
        free.wait()
        free.arrived()
    assert (free.started, time.slept) == (3, [])
    slow.wait()
    slow.wait()
    assert time.slept == [0.5]


@pytest.mark.parametrize(
    ("url", "key", "rate", "allowed"),
    [
        (NCBI_EUTILS, "", 3.0, 3),
        (NCBI_EUTILS, "", 1000.0, 3),
        (NCBI_EUTILS, "secret", 1000.0, 10),
        (NCBI_EUTILS, "secret", 2.0, 2),
        ("http://127.0.0.1:1/", "", 1000.0, 1000),
    ],
)
def test_ncbis_limits_hold_whatever_the_settings_say(
    tmp_path: Path, url: str, key: str, rate: float, allowed: float
) -> None:
    settings = Settings(database_url="sqlite://", data_dir=tmp_path, eutils_url=url, api_key=key, max_rate=rate)
    made = eutils_pacer(settings)
    assert made.gap == pytest.approx(MARGIN / allowed)
    assert made.gap * allowed > 1
    assert made.path.parent == tmp_path


def test_each_host_is_paced_by_itself(tmp_path: Path) -> None:
    settings = Settings(database_url="sqlite://", data_dir=tmp_path)
    other = replace(settings, eutils_url="http://[::1]:8042/x/")
    assert eutils_pacer(settings).path != eutils_pacer(other).path
    eutils_pacer(other).wait()
    assert eutils_pacer(other).path.exists()


# Locks


def test_the_second_is_refused_at_once_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "store.lock"
    first = file_lock(path, holder="refresh since 12:00")
    with first, pytest.raises(StoreBusy) as caught, file_lock(path, subject="refresh"):
        pass
    assert str(caught.value) == f"refresh: is in use by process {os.getpid()} (refresh since 12:00); try again later"
    with file_lock(path):
        assert path.read_text() == f"process {os.getpid()}"
    assert path.read_text() == ""


def test_a_lock_ends_with_an_error_inside(tmp_path: Path) -> None:
    with pytest.raises(KeyError), file_lock(tmp_path / "lock"):
        raise KeyError
    with file_lock(tmp_path / "lock"):
        assert (tmp_path / "lock").exists()


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from evidence.locks import file_lock\n"
        "with file_lock(Path(sys.argv[1])): sys.stdout.write('locked\\n'); sys.stdout.flush(); time.sleep(60)\n"
    )
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(StoreBusy, match=f"process {process.pid}"), file_lock(path):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        with file_lock(path):
            assert path.read_text() == f"process {os.getpid()}"


def test_rubbish_in_a_lock_file_is_only_text(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_bytes(b"\xff\x00process 1" * 100)
    with file_lock(path):
        assert path.read_text() == f"process {os.getpid()}"


def test_a_lock_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreUnreachable, match="folder"), file_lock(tmp_path / "folder"):
        pass
