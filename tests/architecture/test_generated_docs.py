import pytest

from tests.architecture.generated import DOCS, GENERATED


@pytest.mark.parametrize("name", GENERATED)
def test_the_documents_made_from_the_tables_are_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text() == GENERATED[name](), "run: python -m tests.architecture.generated"
