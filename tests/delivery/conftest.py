"""What the tests of this room begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a ledger lies; its folder is there, and empty."""
    folder = tmp_path / "campaign"
    folder.mkdir()
    return folder / "spring.ledger.db"
