"""UUIDv7."""

from core.ids import new_id


def test_ids_are_version_7_and_different() -> None:
    made = [new_id() for _ in range(1000)]
    assert {item.version for item in made} == {7}
    assert len(set(made)) == 1000


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [new_id() for _ in range(1000)]
    moments = [item.int >> 64 for item in made]
    assert moments == sorted(moments)
