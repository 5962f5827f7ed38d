"""Services and names, as pods and the host reach them."""

import contextlib
import socket
import urllib.request

import pytest

from .conftest import Cluster


def fetch(address: str, port: int) -> str:
    with urllib.request.urlopen(f"http://{address}:{port}/", timeout=5) as answer:
        return str(answer.read().decode())


def test_two_pods_listen_on_one_port_and_a_service_answers_on_the_host(cluster: Cluster) -> None:
    labels = {"metadata": {"labels": {"app": "web"}}}
    template = {**labels, "spec": {"containers": [{"name": "main", "image": cluster.image, "args": ["serve", "8080"]}]}}
    template["spec"]["imagePullSecrets"] = [{"name": "login"}]
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    cluster.create("deployments.apps", "web", spec=spec)
    cluster.create("services", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 8080}], "type": "NodePort"})
    cluster.until(lambda found: (found.get("status") or {}).get("readyReplicas") == 2, "web", "deployments.apps")
    service = cluster.get("web", "services")["spec"]
    assert fetch(service["clusterIP"], 8080) == "hello"
    assert fetch("127.0.0.1", service["ports"][0]["nodePort"]) == "hello"


def test_a_udp_service_answers_on_the_host_and_to_pods(cluster: Cluster) -> None:
    ports = [{"port": 5300, "targetPort": 5353, "protocol": "UDP"}]
    cluster.create("services", "loud", spec={"selector": {"app": "loud"}, "ports": ports, "type": "NodePort"})
    cluster.pod("loud", "shout", "5353")
    labels = {"metadata": {"labels": {"app": "loud"}}}
    cluster.lab.cluster.patch(cluster.lab.cluster.resource("pods"), "loud", labels, "merge", "default")
    cluster.ready("loud")
    cluster.until(lambda found: [each for each in found["subsets"] if each.get("addresses")], "loud", "endpoints")
    service = cluster.get("loud", "services")["spec"]
    for address, port in ((service["clusterIP"], 5300), ("127.0.0.1", service["ports"][0]["nodePort"])):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.5)
            client.connect((address, port))
            for attempt in range(20):  # datagrams may be lost, for instance before the program listens
                with contextlib.suppress(TimeoutError, ConnectionRefusedError):
                    client.send(b"hello %d" % attempt)
                    assert client.recv(100).startswith(b"HELLO")
                    break
            else:
                pytest.fail(f"nothing answers at {address}:{port}")
    shown = cluster.output("client", "say", "$(LOUD_SERVICE_HOST)", "$(LOUD_SERVICE_PORT)", "hello")
    if "connect" in shown:
        pytest.skip("this machine does not let pods be joined")
    assert shown == "HELLO\n"


def test_pods_reach_services_by_address_and_by_variables(cluster: Cluster) -> None:
    cluster.create("services", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]})
    cluster.create(
        "pods",
        "web",
        metadata={"labels": {"app": "web"}},
        spec={"containers": [{"name": "main", "image": cluster.image}], "imagePullSecrets": [{"name": "login"}]},
    )
    cluster.ready("web")
    shown = cluster.output("client", "fetch", "$(WEB_SERVICE_HOST)", "$(WEB_SERVICE_PORT)")
    if "connect" in shown:
        pytest.skip("this machine does not let pods be joined")
    assert shown == "hello\n"


def test_a_service_without_pods_refuses(cluster: Cluster) -> None:
    cluster.create("services", "none", spec={"selector": {"app": "none"}, "ports": [{"port": 8080}]})
    address = cluster.get("none", "services")["spec"]["clusterIP"]

    def ask() -> None:
        with socket.create_connection((address, 8080), 5) as connection:
            connection.recv(10)

    with pytest.raises(ConnectionError):
        ask()


def test_names_are_resolved_as_the_pod_says(cluster: Cluster) -> None:
    own = {"nameservers": ["127.0.0.9"], "searches": ["a.b"], "options": [{"name": "ndots", "value": "1"}]}
    shown = cluster.output("own", "show", "/etc/resolv.conf", spec={"dnsPolicy": "None", "dnsConfig": own})
    assert shown == "search a.b\nnameserver 127.0.0.9\noptions ndots:1\n"
    more = cluster.output("more", "show", "/etc/resolv.conf", spec={"dnsConfig": own})
    assert "svc.cluster.local" in more
    assert "a.b\n" in more
