"""`fathom evaluate`: methods compared on data whose truth is known."""

from pathlib import Path

import click

from napari_fathom.cli.console import Console, console_options

__all__ = ["command"]


@click.command("evaluate")
@click.argument("suite", required=False, metavar="SUITE")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("evaluation"),
    show_default=True,
    help="Folder that gets results (parquet), tables (Markdown) and plot (SVG).",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Runs at a time, each in a process of its own.",
)
@click.option("--only", metavar="METHOD,…", help="Run these methods of the suite, no others.")
@click.option("--list", "show", is_flag=True, help="List the suites that ship, or a suite's runs, and end.")
@console_options
def command(suite: str | None, out: Path, jobs: int, only: str | None, show: bool, console: Console) -> None:
    """Compare methods on data whose truth is known: SUITE is one that ships, or a YAML file.

    A suite names data, methods, label budgets and seeds. What is done is kept: the same command goes on where
    it stopped, and tries again what failed. Ctrl-C keeps all runs that are done.

    \b
    Examples:
      fathom evaluate --list
      fathom evaluate plankton-small --jobs 2
      fathom evaluate mine.yaml --out results --only discriminant,mean-teacher
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.evaluation.suite import read_suite, shipped_suites

    if suite is None:
        if not show:
            raise click.UsageError("name a SUITE, or ask for --list of those that ship")
        abouts = {name: read_suite(path).about for name, path in shipped_suites().items()}
        wide = max(map(len, abouts))
        console.result(
            {"suites": abouts}, "\n".join(f"{name:{wide}}  {about}" for name, about in abouts.items())
        )
        return
    asked = read_suite(suite)
    if show:
        from napari_fathom.evaluation.runs import plan

        planned = plan(asked)
        runs = [run.sentence for run in planned.runs]
        console.result({"runs": runs, "missing": dict(planned.missing)}, "\n".join(runs))
        return

    from napari_fathom.evaluation.evaluate import evaluate

    wanted = [name.strip() for name in only.split(",") if name.strip()] if only else []
    done = console.follow(
        evaluate(asked, out, jobs=jobs, only=wanted, stop=console.stop),
        kept=f"All runs that were done are in {out}; the same command goes on from there.",
        polls_stop=True,
    )
    counts = ", ".join(f"{count} {status}" for status, count in done.counts.items() if count)
    console.result(
        {
            "suite": asked.name,
            "counts": done.counts,
            "results": str(done.results),
            "table": str(done.table),
            "plot": str(done.plot),
            "rows": list(done.rows),
        },
        f"{done.table.read_text('utf-8')}\n{counts or 0} runs; {done.results.name}, {done.table.name} and "
        f"{done.plot.name} in {out}",
    )
