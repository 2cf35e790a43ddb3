"""Of a person who was erased no byte is left: in the database, its log, its tables' files, the uploads, what was logged."""

from tests.processes import Process

from .left_behind import files_of, left


def test_nothing_of_an_erased_person_is_left_and_the_trail_still_verifies(own_database, tmp_path):
    """Before, the same search finds every word: finding nothing afterwards says something."""
    found = Process(own_database, module="tests.scenarios.erasing", arguments=(str(tmp_path),)).answer()
    assert found["typed"] > 60 and set(found["there"]) == set(found["words"]) and found["copied"] == []
    files = files_of(own_database["HRPARK_DATABASE"], own_database["HRPARK_HOME"], tmp_path)
    assert left(found["words"], files) == []
    assert [word for word in found["words"] if word in found["log"]] == []
    assert found["broken"] == [] and found["deeds"] > 5 and found["called"].startswith("已注销用户")
    assert found["finished"] == 1 and found["noted"]
    assert found["recomputed"] and all(found["recomputed"]) and found["doubtful"] == {}
