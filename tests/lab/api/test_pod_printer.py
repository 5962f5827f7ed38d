from datetime import UTC, datetime
from typing import Any

import pytest

from oakum.lab.api.pod_printer import POD


def cells(pod: dict[str, Any]) -> list[Any]:
    return [column.cell(pod, datetime.now(UTC)) for column in POD[1:3]]


@pytest.mark.parametrize(
    ("started", "ready", "expected"), [(True, True, ["2/2", "Running"]), (True, False, ["1/2", "Running"]), (False, False, ["1/2", "Init:0/1"])]
)
def test_a_sidecar_counts_among_the_containers_and_holds_up_nobody_once_started(started: bool, ready: bool, expected: list[str]) -> None:
    running = {"state": {"running": {}}}
    pod = {
        "metadata": {"name": "p"},
        "spec": {"initContainers": [{"name": "side", "restartPolicy": "Always"}], "containers": [{"name": "main"}]},
        "status": {
            "phase": "Running",
            "initContainerStatuses": [{"name": "side", "started": started, "ready": ready, **running}],
            "containerStatuses": [{"name": "main", "ready": True, **running}],
        },
    }
    assert cells(pod) == expected
