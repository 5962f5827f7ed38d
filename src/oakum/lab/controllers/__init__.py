"""The lab's controllers: what makes a Deployment into pods and a Service into addresses.

with standard(cluster):      # a thread that runs until the block ends
    ...
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oakum.lab.api.cluster import Cluster

if TYPE_CHECKING:
    from oakum.lab.clock import Clock
    from oakum.lab.controllers.manager import Manager

__all__ = ["standard"]


def standard(cluster: Cluster, authority: str = "", volumes: Path | None = None, clock: Clock | None = None) -> Manager:
    """All controllers, in a manager that is not started yet.

    `authority` is the PEM text that pods verify the server with. `volumes` is the folder for claims of the default
    storage class; without it claims wait for volumes that somebody makes. `clock` is what deadlines are waited for by.
    """
    from oakum.lab.controllers.budgets import Budgets, Quotas
    from oakum.lab.controllers.claims import Claims
    from oakum.lab.controllers.cron_jobs import CronJobs
    from oakum.lab.controllers.daemon_sets import DaemonSets
    from oakum.lab.controllers.definitions import Definitions
    from oakum.lab.controllers.deployments import Deployments
    from oakum.lab.controllers.endpoints import EndpointsOfServices
    from oakum.lab.controllers.garbage import Garbage
    from oakum.lab.controllers.jobs import Jobs
    from oakum.lab.controllers.manager import Manager
    from oakum.lab.controllers.namespaces import Accounts, Namespaces
    from oakum.lab.controllers.replica_sets import ReplicaSets
    from oakum.lab.controllers.scheduler import Scheduler
    from oakum.lab.controllers.stateful_sets import StatefulSets

    return Manager(
        cluster,
        [
            Accounts(cluster, authority),
            Namespaces(cluster),
            Definitions(cluster),
            Garbage(cluster),
            Deployments(cluster),
            ReplicaSets(cluster),
            ReplicaSets(cluster, "replicationcontrollers"),
            StatefulSets(cluster),
            DaemonSets(cluster),
            Jobs(cluster),
            CronJobs(cluster),
            Claims(cluster, volumes),
            Budgets(cluster),
            Quotas(cluster),
            Scheduler(cluster),
            EndpointsOfServices(cluster),
        ],
        clock,
    )
