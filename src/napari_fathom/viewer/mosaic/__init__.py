"""The mosaic: a collection as one lazy image, its labels over it, and the hands that work on it."""
