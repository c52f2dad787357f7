"""The scale that weighs the shelf: suites of runs, their figures, tables and plots. No Qt, no napari."""
