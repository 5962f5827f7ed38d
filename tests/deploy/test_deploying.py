import re
from dataclasses import dataclass
from typing import Any

import pytest
from tests.deploy.conftest import Paper, Place, config_map

from oakum.dataclass import replace
from oakum.deploy.app.changes import Changes
from oakum.deploy.app.meta import AppMeta
from oakum.deploy.app.recorded import DRY_RUN, RecordedApp
from oakum.deploy.apply.options import ApplyOptions, WaitOptions
from oakum.deploy.cluster import places_of
from oakum.deploy.deploying import Deploy, DeployOptions
from oakum.deploy.errors import AppError, ApplyError, ExitStatus, InputError
from oakum.deploy.filters import ResourceFilter
from oakum.deploy.lock import Lock, LockOptions
from oakum.deploy.resource import Resource
from oakum.deploy.run.table import DiffOptions
from oakum.deploy.values import floats
from oakum.kube.client import CONFIG_MAPS
from oakum.kube.errors import ApiError
from oakum.kube.kinds import ResourceType
from oakum.kube.workers import each
from oakum.yaml.locate import Place as Field


def meta(place: Place, app: str = "app") -> AppMeta:
    return RecordedApp(place.client, app, place.namespace).meta


def test_an_application_is_created_kept_updated_and_deleted(place: Place) -> None:
    first = place.deploy(config_map("a", k="1"), config_map("b", k="1"))
    where = f"namespace: {place.namespace}"
    assert sorted(first.lines) == sorted([
        "---- applying 2 changes [0/2 done] ----", f"create configmap/a (v1) {where}", f"create configmap/b (v1) {where}",
        "---- waiting on 2 changes [0/2 done] ----", f"ok: reconcile configmap/a (v1) {where}",
        f"ok: reconcile configmap/b (v1) {where}", "---- applying complete [2/2 done] ----",
        "---- waiting complete [2/2 done] ----"])
    assert place.deploy(config_map("a", k="1"), config_map("b", k="1")).rows == []
    assert place.deploy(config_map("a", k="2")).rows == [("a", "update"), ("b", "delete")]
    assert place.data() == {"a": {"k": "2"}}
    place.delete()
    assert place.data() == {}
    assert place.client.list(CONFIG_MAPS, place.namespace, labels="kapp.k14s.io/is-app-change").items == []


def test_what_was_changed_by_others_is_shown_and_put_back(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    place.client.patch(CONFIG_MAPS, "a", {"data": {"k": "x", "new": "y"}}, "merge", place.namespace)
    paper = place.deploy(config_map("a", k="1"), diff=DiffOptions(changes=True))
    assert "-   k: x" in paper.blocks[0]
    assert place.data() == {"a": {"k": "1"}}


def test_a_failed_deploy_says_so_in_the_record_and_the_next_one_converges(place: Place) -> None:
    wrong = config_map("Not_Valid", k="1")
    with pytest.raises(ApplyError, match="API server says: .*Not_Valid.* is invalid"):
        place.deploy(config_map("a", k="1"), wrong)
    assert meta(place).last_change.successful is False
    place.deploy(config_map("a", k="2"))
    assert (meta(place).last_change.successful, place.data()) == (True, {"a": {"k": "2"}})


def test_a_partial_deploy_does_not_forget_kinds_that_it_left_out(place: Place) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"p": "x"}}
    place.deploy(config_map("a", k="1"), secret)
    place.deploy(config_map("a", k="2"), secret, filter=ResourceFilter(kinds=("ConfigMap",)))
    assert ("", "Secret") in (meta(place).used_gks or ())
    assert place.deploy(config_map("a", k="2")).rows == [("s", "delete")]


def test_without_a_history_earlier_changes_go_too(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    assert "Deleted 1 older app changes" in place.deploy(config_map("a", k="2"), changes_to_keep=0).lines
    assert Changes(RecordedApp(place.client, "app", place.namespace)).history() == []


def test_a_partial_delete_is_recorded_without_namespaces(place: Place) -> None:
    place.deploy(config_map("a"), config_map("b"))
    place.delete(filter=ResourceFilter(names=("a",)))
    change = meta(place).last_change
    assert (change.description, change.namespaces, list(place.data())) == ("delete", (), ["b"])


def test_history_is_kept_when_many_write_the_record_at_once(place: Place) -> None:
    place.deploy(config_map("a", k="1"))

    def add(number: int) -> None:
        app = RecordedApp(place.client, "app", place.namespace)
        app.update(lambda m: replace(m, used_gvs=(*m.used_gvs, (f"g{number}", "v1"))))

    each(range(6), add, 6)
    assert {f"g{n}" for n in range(6)} <= {group for group, _ in meta(place).used_gvs}


def test_of_two_changes_at_once_the_record_tells_of_the_one_that_ended_last(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    changes = Changes(RecordedApp(place.client, "app", place.namespace))
    first, second = (changes.begin(what, (), keep=9) for what in ("first", "second"))
    second.finish(False)
    first.finish(True)
    last = meta(place)
    told = {c.name: c.meta for c in changes.history()}
    assert (last.last_change.description, last.last_change) == ("first", told[last.last_change_name])


def test_kinds_of_a_deploy_that_ran_at_the_same_time_stay_known(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"p": "x"}}

    def read() -> list[Resource]:
        place.deploy(secret, patch=True)
        return [Resource(floats(config_map("a", k="2")))]

    Deploy(place.client, DeployOptions(app="app", namespace=place.namespace), read, Paper()).run()
    assert place.deploy(config_map("a", k="3")).rows == [("a", "update"), ("s", "delete")]
    assert meta(place).used_gks == (("", "ConfigMap"),)


def test_a_locked_application_is_not_deployed_until_the_lock_is_stolen(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    with Lock(place.client, RecordedApp(place.client, "app", place.namespace), LockOptions(enabled=True)):
        with pytest.raises(AppError, match=r"App 'app' .* is being changed by '"):
            place.deploy(config_map("a", k="2"), lock=LockOptions(enabled=True))
        place.deploy(config_map("a", k="3"), lock=LockOptions(enabled=True, steal=True))
    assert place.data() == {"a": {"k": "3"}}


def test_exit_statuses_are_given_when_asked_for(place: Place) -> None:
    asked = DiffOptions(run=True, exit_status=True)
    with pytest.raises(ExitStatus, match=r"with pending changes \(exit status 3\)"):
        place.deploy(config_map("a", k="1"), diff=asked)
    place.deploy(config_map("a", k="1"))
    with pytest.raises(ExitStatus, match=r"with no pending changes \(exit status 2\)"):
        place.deploy(config_map("a", k="1"), diff=asked)


def test_nothing_is_deployed_by_mistake(place: Place) -> None:
    with pytest.raises(InputError, match="Refusing to continue unless"):
        place.deploy()


def test_somebody_elses_object_is_left_alone(place: Place) -> None:
    place.deploy(config_map("a", k="1"), app="north")
    with pytest.raises(InputError, match=r"already associated with a different app 'north' namespace: "):
        place.deploy(config_map("a", k="2"), app="south")


def test_a_versioned_object_gets_a_new_name_for_new_content(place: Place) -> None:
    def versioned(value: str) -> dict[str, object]:
        body = config_map("c", k=value)
        body["metadata"]["annotations"] = {"kapp.k14s.io/versioned": "", "kapp.k14s.io/num-versions": "1"}
        return body

    assert place.deploy(versioned("1")).rows == [("c-ver-1", "create")]
    assert place.deploy(versioned("1")).rows == []
    assert place.deploy(versioned("2")).rows == [("c-ver-2", "create")]
    assert place.deploy(versioned("3")).rows == [("c-ver-1", "delete"), ("c-ver-3", "create")]


SERVER_SIDE = ApplyOptions(server_side=True)


def test_server_side_apply_sees_no_change_where_there_is_none(place: Place) -> None:
    place.deploy(config_map("a", k="1"), apply=SERVER_SIDE)
    assert place.deploy(config_map("a", k="1"), apply=SERVER_SIDE).rows == []
    assert place.deploy(config_map("a", k="2"), apply=SERVER_SIDE).rows == [("a", "update")]
    assert place.deploy(config_map("a", k="2")).rows == []


def test_the_difference_to_what_others_changed_is_of_our_own_fields_where_they_are_applied(place: Place) -> None:
    def service(port: int) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": port}]}}

    place.deploy(service(80), apply=SERVER_SIDE)
    kind = ResourceType("", "v1", "services", "Service", True)
    place.client.patch(kind, "s", {"spec": {"ports": [{"port": 81}], "sessionAffinity": "ClientIP"}}, "merge", place.namespace)
    shown = DiffOptions(run=True, changes=True, line_numbers=False, context=0)
    paper = place.deploy(service(80), apply=SERVER_SIDE, diff=shown)
    assert paper.blocks[0].splitlines() == ["-   - port: 81", "+   - port: 80"]
    assert "-   sessionAffinity: ClientIP" in place.deploy(service(80), diff=shown).blocks[0]


def test_what_two_writes_set_goes_by_server_side_apply_too(place: Place) -> None:
    place.deploy(config_map("a", k="1", gone="2"))
    assert place.deploy(config_map("a", k="1"), apply=SERVER_SIDE).rows == [("a", "update")]
    assert place.data() == {"a": {"k": "1"}}
    assert place.deploy(config_map("a", k="1"), apply=SERVER_SIDE).rows == []


def test_fields_are_taken_over_from_an_object_that_changed_after_it_was_read(place: Place) -> None:
    place.deploy(config_map("a", k="1", gone="2"))
    kept = place.client.patch
    changed = []

    def patch(kind: ResourceType, name: str, *rest: Any, **more: Any) -> Any:
        if not changed:
            changed.append(kept(kind, name, {"metadata": {"labels": {"late": "x"}}}, "merge", place.namespace))
        return kept(kind, name, *rest, **more)

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(place.client, "patch", patch)
        place.deploy(config_map("a", k="1"), apply=SERVER_SIDE)
    assert place.data() == {"a": {"k": "1"}}


@pytest.mark.parametrize("size", [300_000, 262_144 - 250])
def test_what_is_too_large_to_be_recorded_is_applied_server_side_all_the_same(place: Place, size: int) -> None:
    place.deploy(config_map("a", k="x" * size), apply=SERVER_SIDE)
    place.deploy(config_map("a", other="x" * size), apply=SERVER_SIDE)
    assert [*place.data()["a"]] == ["other"]


@pytest.mark.parametrize("annotations", [{"a": 5}, {"a": None, "b": {"c": True}}, ["a"]])
def test_what_is_wrong_with_annotations_is_the_servers_to_say_of_server_side_apply_too(place: Place, annotations: Any) -> None:
    body = config_map("a", k="1")
    body["metadata"]["annotations"] = annotations
    with pytest.raises(ApplyError, match="API server says: .*annotations"):
        place.deploy(body, apply=SERVER_SIDE)


@dataclass(frozen=True)
class Known:
    """An origin that knows every field."""

    def locate(self, path: str) -> Field | None:
        return Field("app.yml", 7)


def test_a_conflict_names_both_managers_the_field_and_our_file(place: Place) -> None:
    place.deploy(config_map("a", k="1"), apply=SERVER_SIDE)
    place.client.patch(CONFIG_MAPS, "a", {"data": {"k": "x"}}, "merge", place.namespace, query=[("fieldManager", "alice")])
    with pytest.raises(ApplyError, match=r"data\.k: owned by 'alice', we \('kapp'\) set it in app\.yml:7"):
        place.deploy(config_map("a", k="2"), apply=SERVER_SIDE, origin=Known())


def test_a_rejected_field_is_found_in_its_file(place: Place) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "q"}, "spec": {"ports": []}}
    with pytest.raises(ApplyError) as caught:
        place.deploy(service, origin=Known())
    assert places_of(caught.value) == ["spec.ports is set at app.yml:7"]


@pytest.mark.parametrize("names", [("q",), ("q", "r")])
def test_rejected_fields_are_found_too_where_a_deploy_goes_on_after_an_error(place: Place, names: tuple[str]) -> None:
    services = [{"apiVersion": "v1", "kind": "Service", "metadata": {"name": n}, "spec": {"ports": []}} for n in names]
    with pytest.raises(ApplyError) as caught:
        place.deploy(*services, origin=Known(), apply=ApplyOptions(exit_early=False))
    assert places_of(caught.value) == ["spec.ports is set at app.yml:7"] * len(names)


def test_fields_of_the_wrong_type_are_found_in_their_file_when_applied_server_side(place: Place) -> None:
    wrong = config_map("a")
    wrong["data"] = {"k": 1, "l": True}
    with pytest.raises(ApplyError) as caught:
        place.deploy(wrong, origin=Known(), apply=SERVER_SIDE)
    assert places_of(caught.value) == ["data.k is set at app.yml:7", "data.l is set at app.yml:7"]


def test_waiting_for_an_object_held_by_a_finalizer_ends_in_time(place: Place) -> None:
    place.deploy(config_map("a", k="1"))
    place.client.patch(CONFIG_MAPS, "a", {"metadata": {"finalizers": ["example.test/hold"]}}, "merge", place.namespace)
    with pytest.raises(ApplyError, match=r"Timed out waiting after 500ms for resources: \[configmap/a "):
        place.delete(wait=WaitOptions(ignored=True, timeout=0.5))
    assert meta(place).last_change.successful is False
    place.client.patch(CONFIG_MAPS, "a", {"metadata": {"finalizers": None}}, "merge", place.namespace)
    place.delete()
    assert not RecordedApp(place.client, "app", place.namespace).find()


def looking(place: Place, *bodies: dict[str, Any], app: str = "app", **options: Any) -> tuple[Deploy, Paper]:
    """A deploy that has looked ahead, and what it prints."""
    paper = Paper()
    wanted = DeployOptions(app=app, namespace=place.namespace, **options)
    deploy = Deploy(place.client, wanted, lambda: [Resource(floats(body)) for body in bodies], paper)
    deploy.look([Resource(floats(body)) for body in bodies])
    return deploy, paper


def sent(place: Place, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests that are sent from now on."""
    found: list[str] = []
    request = place.client.transport.request

    def noted(method: str, path: str, **how: Any) -> Any:
        found.append(f"{method} {path}{' (dry run)' if how.get('query') == DRY_RUN else ''}")
        return request(method, path, **how)

    monkeypatch.setattr(place.client.transport, "request", noted)
    return found


@pytest.mark.parametrize("there", [False, True])
def test_looking_ahead_writes_nothing_and_spares_the_deploy_what_it_asked(
    place: Place, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    requests = sent(place, monkeypatch)

    def deployed(*, ahead: bool) -> list[str]:
        if there:
            place.deploy(config_map("a", k="0"))
        place.client.discovery.refresh()
        requests.clear()
        if ahead:
            deploy, _ = looking(place, config_map("a", k="1"), lock=LockOptions(enabled=True))
            assert [r for r in requests if not r.startswith("GET")] == [r for r in requests if "dry run" in r]
            deploy.run()
        else:
            place.deploy(config_map("a", k="1"), lock=LockOptions(enabled=True))
        found = sorted(re.sub(r"app-change-\w+", "app-change", request) for request in requests)
        place.delete()
        return found

    at_once, ahead = deployed(ahead=False), deployed(ahead=True)
    assert [r for r in ahead if "dry run" not in r] == at_once
    assert len(ahead) == len(at_once) + 1


def test_a_record_that_somebody_made_meanwhile_is_theirs_and_ours(place: Place) -> None:
    deploy, _ = looking(place, config_map("a", k="1"))
    place.deploy(config_map("a", k="0"))
    assert deploy.run()
    assert place.data() == {"a": {"k": "1"}}


def test_a_lock_that_somebody_took_meanwhile_is_heeded(place: Place) -> None:
    deploy, _ = looking(place, config_map("a", k="1"), lock=LockOptions(enabled=True))
    app = RecordedApp(place.client, "app", place.namespace)
    with Lock(place.client, app, LockOptions(enabled=True)), pytest.raises(AppError, match="is being changed by"):
        deploy.run()


def test_a_record_that_the_server_would_not_take_is_told(place: Place) -> None:
    with pytest.raises(ApiError, match='namespaces "nowhere" not found'):
        looking(place, config_map("a"), app_namespace="nowhere")
    with pytest.raises(ApiError, match="Not_Valid"):
        looking(place, config_map("a"), app="Not_Valid")
    place.deploy(config_map("a"))
    with pytest.raises(AppError, match="Updating app: .*b c"):
        looking(place, config_map("a"), labels=("a=b c",))
