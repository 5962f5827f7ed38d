"""Limits of containers, by control groups."""

import os
import subprocess
from pathlib import Path

import pytest

from oakum.lab import Lab
from oakum.lab.load import load_image
from oakum.lab.node.cgroups import Cgroups, Limits
from oakum.lab.registry import Storage

from .conftest import Cluster

LIMITS = ("memory.limit_in_bytes", "cpu.cfs_quota_us", "memory.max", "cpu.max")


@pytest.fixture
def groups() -> None:
    tried = Cgroups()
    tried.close()
    if tried.refusal:
        pytest.skip(f"this machine lets no control groups be made: {tried.refusal}")


@pytest.mark.usefixtures("groups")
def test_a_container_beyond_its_limit_of_memory_is_killed_and_says_so(cluster: Cluster) -> None:
    cluster.pod("hungry", "eat", resources={"limits": {"memory": "32Mi"}})
    ended = cluster.phase("hungry", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


@pytest.mark.usefixtures("groups")
def test_control_groups_are_removed_also_when_a_killed_process_takes_a_moment_to_end() -> None:
    made = Cgroups()
    group = made.make("late", Limits(memory=64 << 20))
    assert group is not None
    with subprocess.Popen(["sleep", "0.5"]) as process:
        for descriptor in group.open():
            os.write(descriptor, str(process.pid).encode())
            os.close(descriptor)
        made.close()
    assert not list(Path("/sys/fs/cgroup").rglob(f"oakum-lab-{os.getpid()}-*/late"))


def _own_groups() -> set[Path]:
    return {path for path in Path("/sys/fs/cgroup").rglob("oakum-lab-*") if f"-{os.getpid()}-" in path.name}


@pytest.mark.usefixtures("groups")
def test_limits_are_the_kernels_while_a_container_runs_and_are_gone_with_the_lab(layout: Path) -> None:
    others = _own_groups()  # of labs of other tests that still run in this process
    with Lab() as lab:
        load_image(Storage(lab.folder.registry, sync=False), layout)
        cluster = Cluster(lab)
        cluster.login()
        cluster.pod("limited", "serve", resources={"limits": {"memory": "64Mi", "cpu": "250m"}})
        cluster.ready("limited")
        groups = _own_groups() - others
        said = {path.read_text().split()[0] for group in groups for path in group.glob("*/*") if path.name in LIMITS}
        assert said == {str(64 << 20), "25000"}
    assert not [path for path in groups if path.exists()]


def test_groups_of_version_2_have_their_limits_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory")
    made = Cgroups(tmp_path)
    assert made.refusal == ""
    group = made.make("name", Limits(memory=1 << 20, processors=0.5))
    assert group is not None
    folder = next(tmp_path.glob("oakum-lab-*/name"))
    assert (folder / "memory.max").read_text() == str(1 << 20)
    assert (folder / "cpu.max").read_text() == "50000 100000"
    assert (folder.parent / "cgroup.subtree_control").read_text() == "+memory +cpu"
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    assert group.out_of_memory()
    for path in (*folder.iterdir(), folder.parent / "cgroup.subtree_control"):
        path.unlink()  # the kernel's files go with their folder
    group.remove()
    made.close()
    assert not list(tmp_path.glob("oakum-lab-*"))


def test_a_machine_that_lets_no_groups_be_made_limits_nothing(tmp_path: Path) -> None:
    refused = Cgroups(tmp_path)
    assert "No such file" in refused.refusal
    assert refused.make("name", Limits(memory=1 << 20)) is None


def test_limits_are_those_of_the_specification() -> None:
    stated = {"resources": {"limits": {"memory": "1.5Gi", "cpu": "1500m", "ephemeral-storage": "1Gi"}}}
    assert Limits.of(stated) == Limits(memory=3 << 29, processors=1.5)
    assert (Limits.of(stated).quota, Limits.of({})) == (150_000, Limits())
