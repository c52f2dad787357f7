"""What is compared: a suite of data, methods, label budgets and seeds, as a small YAML file tells it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from napari_fathom.errors import FathomError, FormatError
from napari_fathom.evaluation.figures import FIGURES
from napari_fathom.evaluation.images import ImageSource
from napari_fathom.evaluation.surveys import SurveySource

__all__ = ["EchogramSuite", "Entrant", "ImageSuite", "Suite", "Way", "read_suite", "shipped_suites"]

SHIPPED = Path(__file__).with_name("suites")
_PATHS = ("path", "survey", "truth")

Way = Literal["plain", "calibrated", "chosen"]


def _known(figure: str) -> str:
    if figure not in FIGURES:
        raise ValueError(f"no figure is called {figure!r}; there are {', '.join(FIGURES)}")
    return figure


FigureName = Annotated[str, AfterValidator(_known)]


class Entrant(BaseModel):
    """One that enters: a method of the shelf, or a rival, with what it changes of the preset.

    A suite may say its name alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: str = Field(description="Name on the shelf (`fathom methods`), or of a rival.")
    name: str = Field(
        "",
        pattern="^[^,]*$",
        description="As tables call it, without a comma; the method's own name where nothing is said.",
    )
    preset: str = Field("", description="Another one than the suite's.")
    settings: dict[str, Any] = Field(default_factory=dict, description="Changes of the preset's settings.")

    @model_validator(mode="before")
    @classmethod
    def _from_its_name(cls, given: Any) -> Any:
        return {"method": given} if isinstance(given, str) else given

    @property
    def called(self) -> str:
        """Name in tables."""
        return self.name or self.method


class _Suite(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[^/\\]+$", description="The file's name without its ending.")
    about: str = Field(description="What is asked, in a sentence.")
    data: Mapping[str, Any]
    methods: tuple[Entrant, ...] = Field(min_length=1, description="Who enters.")
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (0, 1, 2), min_length=1, description="Of all that is drawn; spreads are told from three on."
    )
    preset: str = Field("Laptop CPU", description="Settings to begin with.")
    settings: dict[str, Any] = Field(default_factory=dict, description="Changes of them for all methods.")
    data_settings: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Further changes for all methods on some of the data, by its name."
    )

    @model_validator(mode="after")
    def _every_row_once(self) -> "_Suite":
        names = [entrant.called for entrant in self.methods]
        for what, values in (("method", names), ("seed", self.seeds)):
            for value in values:
                if list(values).count(value) > 1:
                    raise ValueError(f"the {what} {value} stands there twice; give each once, or a `name`")
        return self

    @model_validator(mode="after")
    def _settings_of_its_data(self) -> "_Suite":
        if unknown := [name for name in self.data_settings if name not in self.data]:
            raise ValueError(f"data_settings has {unknown[0]!r}; the suite's data are {', '.join(self.data)}")
        return self


class ImageSuite(_Suite):
    """Collections of images; a budget is the number of labelled images of each class, 0 for none at all."""

    kind: Literal["images"]
    data: dict[str, ImageSource] = Field(min_length=1)
    budgets: tuple[Annotated[int, Field(ge=0)], ...] = Field((5, 10, 25), min_length=1)
    unseen_share: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of the images that no method sees before it is judged by them; with 0 it is "
        "judged by all images that have no label, as in the program's use.",
    )
    clusters_as_classes: bool = Field(
        False, description="As many clusters as classes, as clustering is compared in papers."
    )
    figures: tuple[FigureName, ...] = Field(
        ("f1_macro", "accuracy", "ece"), description="What the tables show."
    )


class EchogramSuite(_Suite):
    """Surveys; a budget is the painted share of all cells, or the annotated share of all patches."""

    kind: Literal["echograms"]
    data: dict[str, SurveySource] = Field(min_length=1)
    budgets: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field((0.01, 0.05, 0.2), min_length=1)
    labels: Literal["strokes", "patches"] = Field(
        "strokes", description="An expert's few strokes, or whole patches as wide as the setting `patch`."
    )
    validation_patches: int = Field(
        0, ge=0, description="With patches: so many more are annotated and held out to judge epochs by."
    )
    ways: tuple[Way, ...] = Field(
        ("plain", "chosen"),
        min_length=1,
        description="How probabilities become classes: as the network says; calibrated; corrected for class "
        "shares where the held-out strokes favour it.",
    )
    figures: tuple[FigureName, ...] = Field(
        ("kappa", "f1_macro", "auc", "ece"), description="What the tables show."
    )


Suite = Annotated[ImageSuite | EchogramSuite, Field(discriminator="kind")]

_ADAPTER: TypeAdapter[ImageSuite | EchogramSuite] = TypeAdapter(Suite)


def shipped_suites() -> dict[str, Path]:
    """Suites that come with the program, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def read_suite(named: str | Path) -> ImageSuite | EchogramSuite:
    """Read a suite that ships, by its name, or anybody's YAML file.

    Raises
    ------
    FathomError
        If there is neither such a suite nor such a file.
    FormatError
        If the file is no YAML, or says what no suite can be; the message tells where in it.
    """
    shipped, path = shipped_suites(), Path(named)
    if str(named) in shipped:
        path = shipped[str(named)]
    elif not path.is_file():
        raise FathomError(
            f"{named}: neither a YAML file nor a suite that ships; those are {', '.join(shipped)}."
        )
    try:
        told = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FormatError(path, " ".join(str(error).split()), "A suite is a YAML file.") from error
    if not isinstance(told, dict):
        raise FormatError(
            path, f"a {type(told).__name__}", "A suite says `kind`, `data`, `methods` and more."
        )
    told = {"name": path.stem, **told, "data": _from_here(told.get("data"), path.parent)}
    try:
        return _ADAPTER.validate_python(told)
    except ValidationError as error:
        raise FormatError(
            path, "; ".join(_places(error)), "Mend it there; docs/evaluate.md has examples."
        ) from error


def _from_here(data: Any, folder: Path) -> Any:
    """Paths that don't begin with a variable start at the suite's own folder."""
    if not isinstance(data, dict):
        return data
    return {
        name: {key: _joined(folder, value) if key in _PATHS else value for key, value in source.items()}
        if isinstance(source, Mapping)
        else source
        for name, source in data.items()
    }


def _joined(folder: Path, value: Any) -> Any:
    return str(folder / value) if isinstance(value, str) and not value.startswith("$") else value


def _places(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        kinds = ("images", "echograms", "digits", "simulated", "folders", "file")
        place = ".".join(
            str(part) for index, part in enumerate(fault["loc"]) if not (index in (0, 3) and part in kinds)
        )
        yield f"{place or 'the suite'}: {fault['msg']} (found {_short(fault['input'])})"


def _short(value: object, most: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"
