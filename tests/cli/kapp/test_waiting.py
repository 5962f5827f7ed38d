"""Rules of one's own for waiting, with all that is printed between the table and the end."""
from __future__ import annotations

import re

import pytest
from tests.cli.kapp.conftest import Kapp
from tests.cli.kapp.test_errors import config_map

RULE = """---
apiVersion: kapp.k14s.io/v1alpha1
kind: Config
waitRules:
- resourceMatchers: [{kindNamespaceNameMatcher: {kind: ConfigMap, namespace: %s, name: first}}]
  ytt:
    funcContractV1:
      resource.star: |
        def is_done(resource):
          state = resource.data.state
          if state == "broken":
            fail("no such state")
          end
          return {"done": state in ("good", "bad"), "successful": state == "good", "unblockChanges": state == "half",
                  "message": "it is " + state}
        end
"""
FIRST, SECOND = (f"configmap/{name} (v1) namespace: {{NS}}" for name in ("first", "second"))
BEGIN = ["---- applying 1 changes [0/2 done] ----", f"create {FIRST}", "---- waiting on 1 changes [0/2 done] ----"]
FAILED = f"waiting on reconcile {FIRST}:\n  Finished unsuccessfully (%s)"
LATE = f"Timed out waiting after 200ms for resources: [{FIRST}]"
FAULT = ("Error: Applying ytt wait rule: Evaluating: \n- fail: no such state\n    in is_done\n      4 |     fail(\"no such state\")\n"
         "    in <toplevel>\n      config.yml:5 | result: #@ is_done(data.values)")
STATES = {
    "good": ([f"ok: reconcile {FIRST}", " ^ it is good", "---- applying 1 changes [1/2 done] ----", f"create {SECOND}",
              "---- waiting on 1 changes [1/2 done] ----", f"ok: reconcile {SECOND}", "---- applying complete [2/2 done] ----",
              "---- waiting complete [2/2 done] ----"], ""),
    "bad": ([f"fail: reconcile {FIRST}", " ^ it is bad"], FAILED % "it is bad"),
    "slow": ([f"ongoing: reconcile {FIRST}", " ^ it is slow"], LATE),
    "half": ([f"ongoing: reconcile {FIRST}", " ^ Allowing blocked changes to proceed: it is half",
              "---- applying 1 changes [1/2 done] ----", f"create {SECOND}", "---- waiting on 2 changes [0/2 done] ----",
              f"ok: reconcile {SECOND}", "---- waiting on 1 changes [1/2 done] ----"], LATE),
    "broken": ([f"fail: reconcile {FIRST}", *f" ^ {FAULT}".splitlines()], FAILED % FAULT),
}


@pytest.mark.parametrize("state", STATES)
def test_what_a_rule_says_decides_and_is_told(kapp: Kapp, state: str) -> None:
    first = config_map("first", f"{{state: {state}}}", change_group="test/first")
    second = config_map("second", change_rule="upsert after upserting test/first")
    status, out, err = kapp("deploy", "-a", "app", "-y", "-f", "a.yml", "--tty", "--wait-timeout", "200ms",
                            files={"a.yml": first + second + RULE % kapp.namespace})
    lines, error = STATES[state]
    told = out.partition("Wait to: 2 reconcile, 0 delete, 0 noop\n\n")[2].removesuffix("\nSucceeded\n")
    assert re.sub(r"(?m)^\d{1,2}:\d\d:\d\d[AP]M: ", "", told).rstrip("\n").split("\n") == [*BEGIN, *lines]
    assert (status, err.removeprefix("kapp: Error: ").rstrip("\n")) == (1 if error else 0, error)
