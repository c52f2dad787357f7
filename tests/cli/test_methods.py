"""`fathom methods`: the shelf, for people and for programs."""

import json

from click.testing import CliRunner

from napari_fathom.cli.app import fathom
from napari_fathom.learning.clusterers import CLUSTERERS
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.methods.shelf import shelf


def test_it_lists_every_method_with_its_paper() -> None:
    result = CliRunner().invoke(fathom, ["methods"])
    assert result.exit_code == 0
    for entry in shelf():
        assert f"  {entry.name} " in result.stdout
        assert f"({entry.about.title}: {entry.about.paper})" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 110


def test_programs_get_the_same_as_json() -> None:
    result = CliRunner().invoke(fathom, ["methods", "--json"])
    told = {method["name"]: method for method in json.loads(result.stdout)["methods"]}
    assert set(told) == {entry.name for entry in shelf()}
    assert told["discriminant"]["network"] is False
    assert told["simclr"]["needs_labels"] is False
    assert told["predklus"]["data"] == ["echograms"]
    assert {way["name"] for way in json.loads(result.stdout)["clusterers"]} == set(CLUSTERERS)


def test_ways_to_find_clusters_are_told_as_the_setting_calls_them() -> None:
    result = CliRunner().invoke(fathom, ["methods"])
    for name, clusterer in CLUSTERERS.items():
        assert ImageSettings(clusterer=name).clusterer == name
        assert f"  {name} " in result.stdout
        assert f"({clusterer.about.title}: {clusterer.about.paper})" in result.stdout
