from __future__ import annotations

import threading
import time

import pytest
from tests.registry.conftest import Host, connect
from tests.registry.faults import front

from oakum.images.config import Destination, ImageRef, Source
from oakum.images.errors import BuildError
from oakum.images.produce import Limited, Tagging
from oakum.images.resolution import Resolution
from oakum.registry import manifests
from oakum.registry.reference import parse

SOURCE = Source(ImageRef("app"), "src")


class Busy:
    """A producer that notes how many run at a time."""

    def __init__(self, url: str = "kbld:x") -> None:
        self.url, self.now, self.most, self.lock = url, 0, 0, threading.Lock()

    def produce(self, image: str, source: Source, destination: Destination | None) -> Resolution:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.005)
        with self.lock:
            self.now -= 1
        return Resolution(self.url, built=True)


def test_no_more_than_the_limit_run_at_a_time() -> None:
    busy = Busy()
    limited = Limited(busy, 2)
    threads = [threading.Thread(target=limited.produce, args=("app", SOURCE, None)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert busy.most <= 2


def test_tags_are_written_and_an_equal_one_is_left_alone(registry: Host) -> None:
    digest = registry.push_image("app:1").digest
    destination = Destination(ImageRef("app"), f"{registry.address}/app", ("1", "v2"))
    with front(registry.address) as watched:
        url = f"{watched.address}/app@{digest}"
        found = Tagging(Busy(url), connect(), lambda _: None, lambda: None).produce("app", SOURCE, destination)
        assert [line for line in watched.seen if line.startswith("PUT")] == ["PUT /v2/app/manifests/v2"]
    assert found.origins == ({"tagged": {"tags": ["1", "v2"]}},)
    assert manifests.resolve(registry.transport, parse(f"{registry.address}/app:v2")).digest == digest


@pytest.mark.parametrize(("status", "waits"), [(403, 0), (500, 4)])
def test_a_tag_that_cannot_be_written_is_tried_again_after_a_wait_that_may_help(
    registry: Host, status: int, waits: int
) -> None:
    digest = registry.push_image("app:1").digest
    slept: list[float] = []
    with front(registry.address) as faulty:
        faulty.order(match="PUT", times=99, status=status)
        tagging = Tagging(Busy(f"{faulty.address}/app@{digest}"), connect(), slept.append, lambda: None)
        with pytest.raises(BuildError, match="^Writing image tag: Retried 5 times: PUT http://"):
            tagging.produce("app", SOURCE, Destination(ImageRef("app"), "x", ("v2",)))
    assert slept == [1.0] * waits
