"""Command-line options from pydantic models, so that a setting is told once: where it is declared."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click
from pydantic import BaseModel, ValidationError

__all__ = ["changed", "pairs_option", "setting_option", "settings_table", "validated"]

Model = TypeVar("Model", bound=BaseModel)


def setting_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command a repeatable `--set NAME=VALUE`, handed over as the dict `values`."""
    return pairs_option(
        "--set", "values", "NAME=VALUE", "epochs=20", "Change one setting; may be given many times."
    )(command)


def pairs_option(
    flag: str, name: str, metavar: str, example: str, text: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a repeatable option of two words joined by `=`, handed over as a dict.

    Parameters
    ----------
    flag, name, metavar, text : str
        As for `click.option`; `text` is its help.
    example : str
        A pair for the message about one that isn't.
    """

    def read(context: click.Context, parameter: click.Parameter, given: Iterable[str]) -> dict[str, str]:
        pairs = {}
        for item in given:
            left, equals, right = (part.strip() for part in item.partition("="))
            if not (left and equals):  # an empty setting is one too
                raise click.BadParameter(f"{item!r}: expected {metavar}, such as {example}")
            pairs[left] = right
        return pairs

    return click.option(flag, name, multiple=True, metavar=metavar, callback=read, help=text)


def validated(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Make the model, or say as a usage error which value was wrong and what was expected.

    Parameters
    ----------
    model : type of pydantic.BaseModel
    values : Mapping
        Field names and values; text is read as JSON does where the field isn't text itself.

    Raises
    ------
    click.UsageError
        An unknown name or a value out of bounds.
    """
    unknown = sorted(set(values) - set(model.model_fields))
    if unknown:
        raise click.UsageError(f"no setting {unknown[0]!r}; there are {', '.join(model.model_fields)}")
    try:
        return model.model_validate({name: _read(value) for name, value in values.items()})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise click.UsageError(f"{name}: {first['msg']} (found {first['input']!r})") from error


def _read(value: Any) -> Any:
    """Commas make a list: `frequency_hz=38000,120000`; `38000,` is a list of one."""
    if isinstance(value, str) and "," in value:
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def changed(base: Model, values: Mapping[str, Any]) -> Model:
    """Return `base` with some values changed and all of it checked again."""
    return validated(type(base), {**base.model_dump(), **values})


def settings_table(model: BaseModel) -> str:
    """Return a table of a model's settings: name, value, description."""
    rows = [
        (name, str(getattr(model, name)), field.description or "")
        for name, field in type(model).model_fields.items()
    ]
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{name:<{wide[0]}}  {value:<{wide[1]}}  {text}" for name, value, text in rows)
