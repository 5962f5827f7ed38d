"""kapp run in this process, in a folder and a namespace of the test's own."""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from oakum.cli.kapp import ROOT
from oakum.cli.program import main
from oakum.kube import connect
from oakum.kube.client import NAMESPACES, Client
from oakum.kube.kubeconfig import load


@dataclass(frozen=True)
class Kapp:
    """Runs kapp; `namespace` is what `-n` gets, and stands as `{NS}` in what is printed."""

    namespace: str
    client: Client
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str, files: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Exit status, standard output and standard error of `kapp WORDS -n NAMESPACE`, after writing `files`."""
        for name, text in (files or {}).items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text)
        status = main(ROOT, [*words, "-n", self.namespace])
        out, err = (text.replace(self.namespace, "{NS}") for text in self.capsys.readouterr())
        return status, out, err

    def fails(self, *words: str, files: Mapping[str, str] | None = None) -> str:
        """The whole error, without the words that begin every one; the exit status must be 1."""
        status, _, err = self(*words, files=files)
        assert status == 1, err
        return err.removeprefix("kapp: Error: ").rstrip("\n")

    def deploy_fails(self, text: str, *words: str) -> str:
        """The whole error of deploying the documents in `text`."""
        return self.fails("deploy", "-a", "app", "-y", "-f", "a.yml", *words, files={"a.yml": text})

    def deploys(self, text: str, *words: str, app: str = "app") -> str:
        """What is printed when the documents in `text` are deployed, which must succeed."""
        status, out, err = self("deploy", "-a", app, "-y", "-f", "a.yml", *words, files={"a.yml": text})
        assert status == 0, err
        return out


@pytest.fixture
def kapp(target: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
         ) -> Iterator[Kapp]:
    """kapp on the target."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("KAPP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KUBECONFIG", str(target.kubeconfig))
    client = connect(load(path=str(target.kubeconfig)))
    name = client.create(NAMESPACES, {"apiVersion": "v1", "kind": "Namespace",
                                      "metadata": {"generateName": "kapp-"}})["metadata"]["name"]
    yield Kapp(name, client, capsys)
    client.delete(NAMESPACES, name)
    client.transport.close()
