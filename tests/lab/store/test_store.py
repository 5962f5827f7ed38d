import threading
from pathlib import Path

import pytest

from oakum.lab.store import AlreadyExists, Conflict, Event, Expired, NotFound, Obj, Store


def pod(name: str, namespace: str = "default", **more: object) -> Obj:
    return {"metadata": {"name": name, "namespace": namespace}, **more}


def kinds(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.type, event.obj["metadata"]["name"]) for event in events]


def test_versions_rise_over_all_resources() -> None:
    store = Store()
    first, second = store.create("pods", pod("a")), store.create("secrets", pod("a"))
    assert int(first["metadata"]["resourceVersion"]) < int(second["metadata"]["resourceVersion"])


def test_a_name_is_taken_once_in_a_namespace() -> None:
    store = Store()
    store.create("pods", pod("a"))
    store.create("pods", pod("a", "other"))
    with pytest.raises(AlreadyExists):
        store.create("pods", pod("a"))


def test_an_update_with_a_stale_version_conflicts() -> None:
    store = Store()
    stale = store.create("pods", pod("a"))
    store.update("pods", pod("a", spec=1))
    with pytest.raises(Conflict):
        store.update("pods", {**stale, "spec": 2})


def test_an_update_that_changes_nothing_is_no_event() -> None:
    store = Store()
    same = store.create("pods", pod("a", spec=1))
    watch = store.watch("pods")
    assert store.update("pods", pod("a", spec=1)) is same
    assert watch.drain() == []


def test_no_watch_begins_before_the_history() -> None:
    store = Store()
    store.create("pods", pod("a"))
    store.start_history()
    store.create("pods", pod("b"))
    with pytest.raises(Expired):
        store.watch("pods", since=0)
    assert kinds(store.watch("pods", since=1).drain()) == [("ADDED", "b")]


def test_a_missing_object_is_not_found() -> None:
    store = Store()
    with pytest.raises(NotFound):
        store.update("pods", pod("a"))
    with pytest.raises(NotFound):
        store.delete("pods", "a", "default")


def test_a_watch_resumes_where_it_stopped() -> None:
    store = Store()
    since = store.version
    store.create("pods", pod("a"))
    store.update("pods", pod("a", spec=1))
    store.delete("pods", "a", "default")
    watch = store.watch("pods", since=since)
    store.create("pods", pod("b"))
    assert kinds(watch.drain()) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a"), ("ADDED", "b")]


def test_a_watch_sees_only_its_resource_and_namespace() -> None:
    store = Store()
    watch, everything = store.watch("pods", "here"), store.watch()
    store.create("pods", pod("a", "there"))
    store.create("secrets", pod("b", "here"))
    store.create("pods", pod("c", "here"))
    assert kinds(watch.drain()) == [("ADDED", "c")]
    assert len(everything.drain()) == 3


def test_history_that_was_dropped_is_expired() -> None:
    store = Store(kept=2)
    for name in "abc":
        store.create("pods", pod(name))
    with pytest.raises(Expired):
        store.watch("pods", since=0)
    with pytest.raises(Expired):
        store.list("pods", at=0)


def test_a_list_can_be_taken_of_an_earlier_version() -> None:
    store = Store()
    store.create("pods", pod("a"))
    store.create("pods", pod("b", spec=1))
    then = store.version
    store.delete("pods", "a", "default")
    store.update("pods", pod("b", spec=2))
    store.create("pods", pod("c"))
    past = store.list("pods", at=then)
    assert [(o["metadata"]["name"], o.get("spec")) for o in past.items] == [("a", None), ("b", 1)]
    assert past.version == then


def test_mutate_edits_a_copy() -> None:
    store = Store()
    before = store.create("pods", pod("a", status={}))
    after = store.mutate("pods", "a", "default", lambda o: o["status"].update(phase="Running"))
    assert (before["status"], after["status"]) == ({}, {"phase": "Running"})


def test_concurrent_mutations_lose_nothing() -> None:
    store = Store()
    store.create("pods", pod("a", count=0))
    watch = store.watch("pods")

    def bump() -> None:
        for _ in range(50):
            store.mutate("pods", "a", "default", lambda o: o.update(count=o["count"] + 1))

    threads = [threading.Thread(target=bump) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.obj["count"] for event in watch.drain()] == list(range(1, 201))


def test_a_store_on_disk_comes_back_with_its_versions(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.create("pods", pod("a"))
    kept = store.create("pods", pod("b"))
    store.delete("pods", "a", "default")
    version = store.version
    store.close()
    again = Store(tmp_path)
    assert again.list("pods").items == [kept]
    assert again.version == version
    with pytest.raises(Expired):
        again.watch("pods", since=version - 1)
    again.close()


def test_a_closed_watch_wakes_its_reader() -> None:
    store = Store()
    watch = store.watch("pods")
    threading.Timer(0.01, watch.close).start()
    assert list(watch) == []


def test_the_writer_wakes_a_reader_in_an_event_loop() -> None:
    store, woken = Store(), []
    store.watch("pods", wake=lambda: woken.append(1))
    store.create("pods", pod("a"))
    assert woken == [1]


def test_the_history_is_bounded_over_all_resources_and_drops_the_oldest_change_of_any() -> None:
    store = Store(kept=3)
    for resource in ("pods", "secrets", "events", "nodes"):
        store.create(resource, pod("a"))
    with pytest.raises(Expired):
        store.watch("pods", since=0)
    assert kinds(store.watch("secrets", since=0).drain()) == [("ADDED", "a")]
