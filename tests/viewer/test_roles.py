from types import SimpleNamespace

from napari_fathom.viewer.roles import KEY, Role, details_of, find, find_all, role_of, survey_of, tag


def layer(role: Role | None = None, survey: str = "s1", **details: object) -> SimpleNamespace:
    return SimpleNamespace(metadata={} if role is None else tag(role, survey, **details))


def test_a_layer_carries_its_role_survey_and_details_under_one_key() -> None:
    made = layer(Role.SV, frequency_hz=38000.0)
    assert set(made.metadata) == {KEY}
    assert role_of(made) is Role.SV
    assert survey_of(made) == "s1"
    assert details_of(made)["frequency_hz"] == 38000.0


def test_a_foreign_layer_has_no_role() -> None:
    assert role_of(layer()) is None
    assert survey_of(layer()) is None


def test_a_role_of_a_newer_version_is_not_mistaken_for_one_of_ours() -> None:
    assert role_of(SimpleNamespace(metadata={KEY: {"role": "hologram"}})) is None


def test_layers_are_found_by_role_survey_and_details_in_the_viewers_order() -> None:
    layers = [
        layer(),
        layer(Role.SV, frequency_hz=38e3),
        layer(Role.SV, frequency_hz=120e3),
        layer(Role.SV, "s2"),
    ]
    assert list(find_all(layers, Role.SV, survey="s1")) == layers[1:3]
    assert find(layers, Role.SV, frequency_hz=120e3) is layers[2]
    assert find(layers, Role.SV, survey="s2") is layers[3]
    assert find(layers, Role.LABELS) is None
