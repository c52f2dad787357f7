"""Learning from a few painted pixels: arrays in, arrays out; it has never heard of a ping.

Import from the submodules: `train.Training`, `predict.predict`, `settings.TrainSettings`, `presets.PRESETS`,
`model_file.load_model`. This module stays empty so that importing one of them doesn't import torch for the
others.
"""
