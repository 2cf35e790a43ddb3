import pytest

from hrpark.accounts import samples as accounts


@pytest.fixture
def cast(at):
    return accounts.cast(at)
