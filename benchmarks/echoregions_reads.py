"""Read an EVR and an EVL file with echoregions and print what it found as JSON.

`check_echoregions.py` runs this in an environment of its own, since echoregions needs an older zarr than we
do. Arguments: EVR file, EVL file, an npz file with `ping_time` and `depth_m` of the grid to draw masks on,
and where to write the masks.
"""

import json
import sys

import echoregions as er
import numpy as np
import xarray as xr


def main(evr: str, evl: str, grid: str, masks: str) -> None:
    regions = er.read_evr(evr)
    line = er.read_evl(evl)
    with np.load(grid) as file:
        water = xr.DataArray(
            np.zeros((len(file["ping_time"]), len(file["depth_m"]))),
            dims=("ping_time", "depth"),
            coords={"ping_time": file["ping_time"], "depth": file["depth_m"]},
        )
    table, drawn = regions.data, {}
    for name in sorted(set(table["region_class"])):
        data, _ = regions.region_mask(water, region_class=name, collapse_to_2d=True)
        drawn[name] = data["mask_2d"].transpose("depth", "ping_time").notnull().values
    below, _ = line.bottom_mask(water)
    np.savez(masks, below=below.transpose("depth", "ping_time").values > 0, **drawn)
    json.dump(
        {
            "regions": len(table),
            "classes": table["region_class"].value_counts().to_dict(),
            "types": sorted(set(table["region_type"].astype(int).tolist())),
            "points": int(sum(len(times) for times in table["time"])),
            "shallowest_m": float(table["region_bbox_top"].astype(float).min()),
            "deepest_m": float(table["region_bbox_bottom"].astype(float).max()),
            "line_points": len(line.data),
            "line_status": line.data["status"].astype(int).value_counts().to_dict(),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
