"""Defaults of pods and pod templates (the `v1` defaults of Kubernetes' core group)."""

from decimal import Decimal

from oakum.lab.api.quantity import like, parse
from oakum.lab.api.rules.values import default, items
from oakum.lab.store import Obj, clone

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_MODES = ("configMap", "secret", "projected", "downwardAPI")


def pod(obj: Obj) -> None:
    """Defaults of a Pod."""
    spec = obj["spec"]
    default(spec, enableServiceLinks=True)
    pod_spec(spec)
    for container in items(spec, "initContainers") + items(spec, "containers"):
        _requests_from_limits(container.get("resources") or {})
    if spec.get("resources"):
        _whole_pod(spec)


def pod_spec(spec: Obj) -> None:
    """Defaults of a PodSpec, in a pod or a template."""
    default(
        spec,
        restartPolicy="Always",
        terminationGracePeriodSeconds=30,
        dnsPolicy="ClusterFirst",
        securityContext={},
        schedulerName="default-scheduler",
    )
    if spec["terminationGracePeriodSeconds"] < 0:
        spec["terminationGracePeriodSeconds"] = 1
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for key in ("initContainers", "containers", "ephemeralContainers"):
        for container in items(spec, key):
            _container(container, spec)
    for volume in items(spec, "volumes"):
        _volume(volume)


def _container(container: Obj, spec: Obj) -> None:
    default(
        container,
        imagePullPolicy=pull_policy(container.get("image") or ""),
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )
    for port in items(container, "ports"):
        default(port, protocol="TCP")
        if spec.get("hostNetwork"):
            default(port, hostPort=port.get("containerPort"))
    for variable in items(container, "env"):
        if reference := (variable.get("valueFrom") or {}).get("fieldRef"):
            default(reference, apiVersion="v1")
    for key in _PROBES:
        if container.get(key) is not None:
            _probe(container[key])
    for key in ("postStart", "preStop"):
        if handler := (container.get("lifecycle") or {}).get(key):
            _handler(handler)


def pull_policy(image: str) -> str:
    """`Always` for an image without a tag or with the tag `latest`, `IfNotPresent` otherwise."""
    if "@" in image:
        return "IfNotPresent"
    tag = image.rpartition("/")[2].partition(":")[2]
    return "IfNotPresent" if tag not in ("", "latest") else "Always"


def _probe(probe: Obj) -> None:
    for key, value in (("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)):
        if not probe.get(key):
            probe[key] = value
    _handler(probe)
    if probe.get("grpc") is not None:
        default(probe["grpc"], service="")


def _handler(handler: Obj) -> None:
    if handler.get("httpGet") is not None:
        default(handler["httpGet"], path="/", scheme="HTTP")


def _volume(volume: Obj) -> None:
    if not set(volume) - {"name"}:
        volume["emptyDir"] = {}
    for key in _MODES:
        if volume.get(key) is not None:
            default(volume[key], defaultMode=420)
    if volume.get("hostPath") is not None:
        default(volume["hostPath"], type="")
    if volume.get("projected") is not None:
        volume["projected"].setdefault("sources", None)
    sources = [volume, *items(volume.get("projected"), "sources")]
    for source in sources:
        for item in items(source.get("downwardAPI"), "items"):
            if item.get("fieldRef"):
                default(item["fieldRef"], apiVersion="v1")
        if source.get("serviceAccountToken") is not None:
            default(source["serviceAccountToken"], expirationSeconds=3600)
    claim = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
    if claim:
        default(claim["spec"], volumeMode="Filesystem")


def _whole_pod(spec: Obj) -> None:
    """What a pod as a whole asks for: what its containers ask for in sum, else its limits."""
    limits, found = spec["resources"].get("limits") or {}, items(spec, "containers")
    asked = [(container.get("resources") or {}).get("requests") or {} for container in found]
    requests = dict(spec["resources"].get("requests") or {})
    for name in dict.fromkeys(name for each in asked for name in each):
        if name not in requests and _shared(name) and all(name in each for each in asked):
            requests[name] = like(sum((parse(each[name]) for each in asked), Decimal()), asked[0][name])
    requests = {**{name: limits[name] for name in limits if _shared(name)}, **requests}
    if requests:
        spec["resources"]["requests"] = requests


def _shared(name: str) -> bool:
    """Whether a resource can be asked for by a pod as a whole."""
    return name in ("cpu", "memory") or name.startswith("hugepages-")


def _requests_from_limits(resources: Obj) -> None:
    limits = resources.get("limits") or {}
    if limits:
        resources["requests"] = {**clone(limits), **(resources.get("requests") or {})}


def quality(spec: Obj) -> str:
    """The QoS class that requests and limits make."""
    containers = items(spec, "initContainers") + items(spec, "containers")
    wanted = [container.get("resources") or {} for container in containers]
    if spec.get("resources"):
        wanted = [spec["resources"]]
    if not any(each.get("requests") or each.get("limits") for each in wanted):
        return "BestEffort"
    for each in wanted:
        limits, requests = each.get("limits") or {}, each.get("requests") or {}
        if any(name not in limits or limits[name] != requests.get(name, limits[name]) for name in ("cpu", "memory")):
            return "Burstable"
    return "Guaranteed"


def started(obj: Obj) -> None:
    """The status of a pod that nobody has seen yet."""
    obj["status"] = {"phase": "Pending", "qosClass": quality(obj["spec"])}
