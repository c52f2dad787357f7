"""How the command line follows a job: what it shows, how it ends, what it leaves."""

import errno
import json
import os
import signal
from collections.abc import Generator
from typing import Any

import click
import pytest
from click.testing import CliRunner

from napari_fathom.cli.console import Console, console_options
from napari_fathom.errors import Cancelled, FormatError
from napari_fathom.events import Done, Epoch, Event, Note, Progress, Step, Tile


def whole_job() -> Generator[Event[str], None, None]:
    yield Note("no GPS in the file: positions are unknown", "warning")
    yield Progress("reading", 1, 2)
    yield Progress("reading", 2, 2)
    yield Step(1, 1, {"supervised": 0.5})
    yield Epoch(1, 1, {"supervised": 0.5}, kappa=0.75, best=True)
    yield Tile(1, 1, (0, 16, 0, 16))
    yield Done("kept")


def command_running(job: Any, **options: Any) -> click.Command:
    @click.command()
    @console_options
    def command(console: Console) -> None:
        console.result({"result": console.follow(job(), kept="The first half is on disk.")}, "all done")

    return command


def test_a_job_ends_with_its_sentence_on_stdout_and_its_progress_on_stderr() -> None:
    outcome = CliRunner().invoke(command_running(whole_job), [])
    assert outcome.exit_code == 0
    assert outcome.stdout == "all done\n"
    assert "reading: 2/2" in outcome.stderr
    assert "warning: no GPS" in outcome.stderr
    assert "held-out kappa 0.750" in outcome.stderr


def test_json_leaves_one_object_on_stdout() -> None:
    outcome = CliRunner().invoke(command_running(whole_job), ["--json"])
    assert json.loads(outcome.stdout) == {"result": "kept"}


def test_events_are_json_lines_that_name_their_kind() -> None:
    outcome = CliRunner().invoke(command_running(whole_job), ["--events"])
    kinds = [json.loads(line)["event"] for line in outcome.stderr.splitlines()]
    assert kinds == ["Note", "Progress", "Progress", "Step", "Epoch", "Tile", "Done"]


def test_what_the_user_can_mend_is_one_line_and_exit_code_1() -> None:
    def job() -> Generator[Event[str], None, None]:
        yield Progress("reading", 0, 1)
        raise FormatError("D2012.raw", "0 bytes", "Copy it from the ship again.")

    outcome = CliRunner().invoke(command_running(job), ["--json"])
    assert outcome.exit_code == 1
    assert outcome.stderr.splitlines()[-1] == "fathom: D2012.raw: 0 bytes. Copy it from the ship again."
    assert json.loads(outcome.stdout)["error"] == "FormatError"


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_or_a_system_that_shuts_down_closes_the_job_and_says_what_was_kept(
    asked: signal.Signals,
) -> None:
    closed = []

    def job() -> Generator[Event[str], None, None]:
        try:
            os.kill(os.getpid(), asked)
            yield Progress("reading", 1, 2)
            yield Done("never reached")
        finally:
            closed.append(True)

    outcome = CliRunner().invoke(command_running(job), [])
    assert outcome.exit_code == 130
    assert closed
    assert "The first half is on disk." in outcome.stderr


def test_what_a_stopped_training_has_kept_is_said_once(capfd: pytest.CaptureFixture[str]) -> None:
    console = Console()

    def job() -> Generator[Event[str], None, None]:
        yield Epoch(1, 9, kappa=0.5)
        os.kill(os.getpid(), signal.SIGINT)
        yield Note("Stopped. The model of epoch 1 is kept.")
        yield Note("Most held-out pixels of krill are taken for background.", "warning")
        yield Done("model 1")

    assert console.follow(job(), kept="nothing", polls_stop=True) == "model 1"
    told = capfd.readouterr().err
    assert "stopping tidily" in told
    assert "Stopped." not in told
    assert "krill" in told


def test_ctrl_c_outside_a_job_is_a_stop_too() -> None:
    @click.command()
    @console_options
    def command(console: Console) -> None:
        raise KeyboardInterrupt

    outcome = CliRunner().invoke(command, ["--json"])
    assert outcome.exit_code == 130
    assert outcome.stderr == "fathom: stopped. What was whole before stays.\n"
    assert json.loads(outcome.stdout)["error"] == "Cancelled"


def test_programs_find_nothing_but_json_lines_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    @click.command()
    @console_options
    def command(console: Console) -> None:
        def job() -> Generator[Event[str], None, None]:
            os.kill(os.getpid(), signal.SIGINT)
            yield Note("Stopped.")
            raise Cancelled("nothing")

        console.note("3 changes after the last checkpoint were taken from the journal.")
        console.say("training")
        console.follow(job(), kept="The former model is in force.", polls_stop=True)

    with pytest.raises(SystemExit, match="130"):
        command(["--events"])
    told = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["event"] for line in told] == ["Note", "Note", "Note", "Failed"]
    assert told[-1]["message"] == "stopped. The former model is in force."


def test_ctrl_c_works_as_before_once_the_job_has_ended() -> None:
    before = signal.getsignal(signal.SIGINT)
    Console().follow(whole_job(), kept="")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_stopped_job_says_so_once_and_what_is_left() -> None:
    def job() -> Generator[Event[str], None, None]:
        yield Progress("training", 0, 1)
        raise Cancelled("Stopped.")

    outcome = CliRunner().invoke(command_running(job), [])
    assert outcome.exit_code == 130
    assert outcome.stderr.splitlines()[-1] == "fathom: stopped. The first half is on disk."


def test_what_the_system_refuses_is_one_line_that_names_the_path() -> None:
    def job() -> Generator[Event[str], None, None]:
        yield Progress("writing", 0, 1)
        raise PermissionError(errno.EACCES, "Permission denied", "ro/x.fathom")

    outcome = CliRunner().invoke(command_running(job), ["--json"])
    assert outcome.exit_code == 1
    assert outcome.stderr.splitlines()[-1].startswith("fathom: ro/x.fathom: Permission denied. ")
    assert json.loads(outcome.stdout)["error"] == "PermissionError"


def test_an_epoch_is_called_the_best_only_where_the_best_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    Console().follow(whole_job(), kept="")
    assert "best so far" in capsys.readouterr().err
    Console().follow(whole_job(), kept="", marks_best=False)
    assert "best so far" not in capsys.readouterr().err


def test_a_job_that_hears_stop_itself_counts_as_stopped() -> None:
    console = Console()

    def job() -> Generator[Event[str], None, None]:
        console.stop.set()
        return
        yield

    with pytest.raises(Cancelled, match="half"):
        console.follow(job(), kept="half")
