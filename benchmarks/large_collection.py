"""A collection of any size for benchmarks: a few drawn animals, over and over, in a store like any other."""

from pathlib import Path

import numpy as np
import pandas as pd

from napari_fathom.plankton import Collection, ImageOptions
from napari_fathom.plankton.look import finish_look
from napari_fathom.plankton.measures import MEASURE_NAMES
from napari_fathom.plankton.options import shrink, vignette
from napari_fathom.plankton.simulate import PlanktonSettings, simulate_plankton
from napari_fathom.plankton.store import SPECK, CollectionRecord, create_store, look_arrays
from napari_fathom.plankton.tables import IMAGE_COLUMNS, OBJECT_COLUMNS

DRAWN, CHUNK = 512, 8192


def make_large_collection(path: Path, objects: int, seed: int = 0) -> Collection:
    """Write a store of so many objects as a finished look would leave it; the originals don't exist."""
    random = np.random.default_rng(seed)
    drawn = simulate_plankton(PlanktonSettings(objects=DRAWN, votes=0))
    options = ImageOptions()
    pictures = np.stack([vignette(image, options.side) for image in drawn.images])
    specks = shrink(pictures, SPECK)
    sizes = np.array([image.shape for image in drawn.images], np.int32)
    which = random.integers(0, DRAWN, objects)
    table = pd.DataFrame(
        {name: pd.Series(index=range(objects), dtype=kind) for name, kind in OBJECT_COLUMNS.items()}
    )
    table["object_id"] = [f"o{number:07d}" for number in range(objects)]
    table["class_name"] = np.array(drawn.class_names, object)[
        drawn.truth["class_name"]
        .map({name: at for at, name in enumerate(drawn.class_names)})
        .to_numpy()[which]
    ]
    for name in ("status", "annotator", "sample", "acquisition"):
        table[name] = ""
    table["depth_m"] = random.uniform(0, 500, objects)
    images = pd.DataFrame({name: pd.Series(np.zeros(objects), dtype="int64") for name in IMAGE_COLUMNS})
    images["row"] = np.arange(objects)
    for name in ("kind", "source"):
        images[name] = pd.Categorical(np.full(objects, "picture"))
    images["member"] = ""
    record = CollectionRecord(
        name=path.stem,
        made_at=str(path),
        sources=(),
        options=options,
        identity="large",
        objects=objects,
        images=objects,
        measure_names=tuple(MEASURE_NAMES),
    )
    path.mkdir(parents=True)
    create_store(path, record, table, images, ())
    group = look_arrays(path, "r+")
    for start in range(0, objects, CHUNK):
        part = which[start : start + CHUNK]
        stop = start + len(part)
        group["vignettes"][start:stop] = pictures[part]
        group["specks"][start:stop] = specks[part]
        group["size"][start:stop] = sizes[part]
        group["fingerprint"][start:stop] = np.arange(start, stop, dtype=np.uint64) + 1
        group["looked_at"][start:stop] = True
    finish_look(path)
    return Collection.open(path)
