"""One module for each format; each hands on parts that are read one at a time (see `base`)."""
