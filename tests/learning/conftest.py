import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """Small networks are quicker with one thread, and the machine has other tests to run."""
    torch.set_num_threads(1)
