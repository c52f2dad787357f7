"""Image collections: read, tables, mosaic geometry, simulate, EcoTaxa and friends out."""
