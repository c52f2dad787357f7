"""Learning from a collection of images: arrays in, as everywhere in this room."""
