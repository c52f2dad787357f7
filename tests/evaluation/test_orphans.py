"""A process that nobody waits for any more ends."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import multiprocessing, time
from napari_fathom.evaluation.orphans import end_with_parent

def endless():
    end_with_parent()
    print("begun", flush=True)
    while True:
        time.sleep(1)

if __name__ == "__main__":
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    process = multiprocessing.get_context(method).Process(target=endless, daemon=True)
    process.start()
    process.join()
"""


def test_a_process_ends_with_its_parent_also_where_that_was_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, "utf-8")
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "begun\n"
        parent.kill()
        assert parent.stdout.read() == ""  # comes only once nobody is left who could write
