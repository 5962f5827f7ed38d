"""A container's environment variables."""

import base64
import os

from .conftest import Cluster, waiting


def test_variables_come_from_literals_maps_secrets_and_fields(cluster: Cluster) -> None:
    cluster.create("configmaps", "map", data={"A": "from map", "B": "b"})
    cluster.create("secrets", "secret", data={"S": base64.b64encode(b"from secret").decode()})
    env = [
        {"name": "LITERAL", "value": "$(A) and $$(A) and $(MISSING)"},
        {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "secret", "key": "S"}}},
        {"name": "OPTIONAL", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "x", "optional": True}}},
        {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
    ]
    source = [{"configMapRef": {"name": "map"}}, {"configMapRef": {"name": "map"}, "prefix": "P_"}]
    shown = dict(
        line.split("=", 1) for line in cluster.output("env", "env", env=env, envFrom=source).splitlines() if "=" in line
    )
    wanted = {"LITERAL": "from map and $(A) and $(MISSING)", "SECRET": "from secret", "P_B": "b", "NAME": "env"}
    assert wanted.items() <= shown.items()
    assert shown["IP"].startswith("127.97.")
    assert "OPTIONAL" not in shown


def test_a_missing_config_map_is_reported_and_waited_for(cluster: Cluster) -> None:
    cluster.pod("late", "env", envFrom=[{"configMapRef": {"name": "late"}}])
    cluster.until(lambda pod: waiting(pod).get("reason") == "CreateContainerConfigError", "late")
    assert waiting(cluster.get("late"))["message"] == 'configmap "late" not found'
    cluster.create("configmaps", "late", data={"A": "b"})
    cluster.phase("late", "Succeeded")


def test_resources_are_rounded_up_and_without_a_limit_those_of_the_node(cluster: Cluster) -> None:
    names = {"CPU": "limits.cpu", "MEMORY": "limits.memory", "ASKED": "requests.memory"}
    env = [{"name": name, "valueFrom": {"resourceFieldRef": {"resource": field}}} for name, field in names.items()]
    stated = {"limits": {"cpu": "1500m"}, "requests": {"cpu": "1"}}
    shown = dict(line.split("=", 1) for line in cluster.output("env", "env", env=env, resources=stated).splitlines())
    assert (shown["CPU"], shown["ASKED"]) == ("2", "0")
    assert int(shown["MEMORY"]) == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024 * 1024
