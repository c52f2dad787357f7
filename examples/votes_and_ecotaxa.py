"""Simulated people vote on simulated plankton; what they say together goes to EcoTaxa.

python examples/votes_and_ecotaxa.py
"""

import tempfile
from pathlib import Path

import numpy as np

from napari_fathom.events import Done
from napari_fathom.labels import LARGEST_VOTE, Classes, VoteStore
from napari_fathom.plankton import (
    Collection,
    PlanktonSettings,
    convert_collection,
    simulate_plankton,
    write_simulated_plankton,
)
from napari_fathom.plankton.exports import check_ecotaxa, write_ecotaxa

SETTINGS = PlanktonSettings(objects=40, seed=1)


def main(folder: Path) -> Path:
    """Leave `sim.zip` in the folder."""
    *_, done = convert_collection([write_simulated_plankton(folder, SETTINGS)], folder / "sim.collection")
    assert isinstance(done, Done)
    collection = done.result
    with let_them_vote(folder / "votes", collection) as votes:
        divided = int(np.nanargmax(votes.entropy()))
        print(f"{np.nanmean(votes.agreement()):.0%} of pairs of annotators agree")
        print(f"{collection.objects['object_id'][divided]} divides them most:")
        for info, share in zip(votes.classes, votes.soft()[divided], strict=True):
            if share:
                print(f"  {share:.0%} {info.name}")
        table = collection.objects.assign(
            class_name=np.array(["", *votes.classes.names], object)[votes.label()],
            status=votes.status(),
            annotator=votes.said_by(),
            annotated=votes.said_at(),
            agreement=votes.agreement(),
        )
    for event in write_ecotaxa(folder / "sim.zip", collection, table):
        if isinstance(event, Done):
            print(f"{event.result.name}: {len(check_ecotaxa(event.result))} of EcoTaxa's rules broken")
    collection.close()
    return folder / "sim.zip"


def let_them_vote(path: Path, collection: Collection) -> VoteStore:
    """Cast each simulated annotator's votes, all of them at once."""
    simulated = simulate_plankton(SETTINGS)
    classes = Classes((), LARGEST_VOTE).with_all_added(simulated.class_names)
    values = {info.name: info.value for info in classes}
    row_of = {name: row for row, name in enumerate(collection.objects["object_id"])}  # sorted by folder
    rows = simulated.truth["object_id"].map(row_of).to_numpy()
    votes = VoteStore.create(path, collection.objects["object_id"].tolist(), classes)
    for annotator, said in simulated.votes.groupby("annotator"):
        votes.cast(rows[said["row"]], said["class_name"].map(values).to_numpy(), annotator=str(annotator))
    return votes


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(Path(scratch))
