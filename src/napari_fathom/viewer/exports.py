"""What can be exported of a survey and of a collection: formats, and the jobs that write them."""

import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from napari_fathom.events import Event
from napari_fathom.study.jobs import (
    export_collection_job,
    export_job,
    require_collection_exportable,
    require_exportable,
)
from napari_fathom.viewer.export_options import ExportOptions

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy, Study
    from napari_fathom.study.jobs.export import ExportKind, ExportSource
    from napari_fathom.study.jobs.export_collection import CollectionExportKind
    from napari_fathom.viewer.session import Session

__all__ = ["CollectionExports", "ExportChoice", "Exports", "Format", "SurveyExports"]


@dataclass(frozen=True)
class Format:
    """One box to tick.

    Parameters
    ----------
    key : str
        Kind of export, as the job calls it; `table` twice, so with its suffix.
    title : str
    suffix : str
        End of the file's or folder's name.
    tip : str
    usual : bool
        Ticked at first.
    """

    key: str
    title: str
    suffix: str
    tip: str
    usual: bool = False

    @property
    def kind(self) -> str:
        """What the job calls it."""
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class ExportChoice:
    """What the panel says.

    Parameters
    ----------
    source : {"labels", "prediction", ""}
        "" where labels and answers go out together.
    formats : tuple of str
        Keys of formats.
    folder : Path
    name : str
        Files are `folder/name` with the source and the format's own ending.
    options : ExportOptions
        Which classes, and how a NASC table is gathered.
    """

    source: str
    formats: tuple[str, ...]
    folder: Path
    name: str
    options: ExportOptions = field(default_factory=ExportOptions)

    def path(self, wanted: Format) -> Path:
        """Where one format goes."""
        source = f"_{self.source}" if self.source else ""
        return self.folder / f"{self.name}{source}{wanted.suffix}"


AnyStudy = TypeVar("AnyStudy", bound="Study | CollectionStudy")


class Exports(Protocol[AnyStudy]):
    """What an `ExportPanel` has to know of the kind of study that it exports.

    Attributes
    ----------
    formats : tuple of Format
    sources : mapping of str to str
        Titles of what may be exported, the first by default; empty where all goes out together.
    silent : str
        What to know while no model has answered.
    """

    formats: tuple[Format, ...]
    sources: Mapping[str, str]
    silent: str

    @property
    def study(self) -> AnyStudy | None:
        """The one that is open, of this kind."""

    def require(self, study: AnyStudy, choice: ExportChoice) -> None:
        """Refuse before anything is written, by a StudyError, where the study lacks what is wanted."""

    def job(
        self, study: AnyStudy, wanted: Format, choice: ExportChoice, stop: threading.Event
    ) -> Generator[Event[Path], Any, Any]:
        """Write one of the chosen formats; called in a worker, when another study may be open."""

    def by_key(self, keys: tuple[str, ...]) -> tuple[Format, ...]:
        """The chosen ones, in the order of the boxes."""
        return tuple(one for one in self.formats if one.key in keys)


class SurveyExports(Exports["Study"]):
    """Labels or answers of a survey.

    Parameters
    ----------
    session : Session
        Whose survey.
    """

    formats = (
        Format(
            "crimac", "CRIMAC zarr", ".zarr", "Annotation of each class, as CRIMAC's tools read it.", True
        ),
        Format("evr", "Echoview regions (EVR)", ".evr", "A polygon for each patch of a class.", True),
        Format("evl", "Echoview seabed line (EVL)", ".evl", "The seabed as it is drawn."),
        Format("tiff", "TIFF", ".tif", "One grey image of class values; ImageJ opens it."),
        Format("npz", "npz", ".npz", "Arrays with their coordinates, for numpy."),
        Format("nasc", "NASC table (CSV)", ".csv", "Backscatter per interval, depth layer and class."),
    )
    sources: Mapping[str, str] = {
        "prediction": "The model's answer",
        "labels": "What I painted and accepted",
    }
    silent = ""

    def __init__(self, session: "Session") -> None:
        self._session = session

    @property
    def study(self) -> "Study | None":
        """The survey that is open."""
        return self._session.study

    def require(self, study: "Study", choice: ExportChoice) -> None:
        """As `require_exportable`."""
        kinds = [cast("ExportKind", one.kind) for one in self.by_key(choice.formats)]
        require_exportable(study, kinds, cast("ExportSource", choice.source))

    def job(
        self, study: "Study", wanted: Format, choice: ExportChoice, stop: threading.Event
    ) -> Generator[Event[Path], Any, Any]:
        """As `export_job`."""
        return export_job(
            study,
            cast("ExportKind", wanted.kind),
            choice.path(wanted),
            source=cast("ExportSource", choice.source),
            classes=choice.options.classes,
            nasc=choice.options.nasc,
            stop=stop,
        )


class CollectionExports(Exports["CollectionStudy"]):
    """Labels and answers of a collection.

    Parameters
    ----------
    session : Session
        Whose collection.
    """

    formats = (
        Format(
            "ecotaxa",
            "EcoTaxa import set (zip)",
            "_ecotaxa.zip",
            "EcoTaxa imports it as it is; ambiguity, cluster and probabilities as free columns.",
            True,
        ),
        Format("folders", "A folder for each class", "_folders", "Every image in the folder of its class."),
        Format(
            "table.csv", "Table (CSV)", ".csv", "One row an object: all that files, people and model say."
        ),
        Format("table.parquet", "Table (Parquet)", ".parquet", "The same; pandas and R read it at once."),
        Format(
            "dcic", "DCIC data set", "_dcic", "Images with everybody's votes, as the DCIC benchmark has them."
        ),
        Format("ifcb", "IFCB class scores", "_ifcb", "One CSV a bin, for bins of the Imaging FlowCytobot."),
    )
    sources: Mapping[str, str] = {}
    silent = "No model has answered yet: only what people say will be written."

    def __init__(self, session: "Session") -> None:
        self._session = session

    @property
    def study(self) -> "CollectionStudy | None":
        """The collection that is open."""
        return self._session.collection

    def require(self, study: "CollectionStudy", choice: ExportChoice) -> None:
        """As `require_collection_exportable`."""
        require_collection_exportable(
            study,
            {cast("CollectionExportKind", one.kind): choice.path(one) for one in self.by_key(choice.formats)},
        )

    def job(
        self, study: "CollectionStudy", wanted: Format, choice: ExportChoice, stop: threading.Event
    ) -> Generator[Event[Path], Any, Any]:
        """As `export_collection_job`."""
        kind = cast("CollectionExportKind", wanted.kind)
        return export_collection_job(study, kind, choice.path(wanted), stop=stop)
