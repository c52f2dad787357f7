"""The long work of a study: each job is a generator of events whose last, `Done`, is already safe on disk.

To stop a job is to close its generator, at any event; what was in force before still is then.
"""

from napari_fathom.study.jobs.convert import convert_job

__all__ = ["convert_job"]
