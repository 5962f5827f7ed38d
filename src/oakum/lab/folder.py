"""A lab's data folder: what is where in it, who is running there, and the credentials it keeps."""

import base64
import fcntl
import os
import secrets
from dataclasses import asdict, dataclass, field
from errno import EEXIST, ENOTDIR
from pathlib import Path

import orjson

from oakum.errors import LabError
from oakum.lab.files import remove_tree, write_private

USER = "oakum"
_CONTENT = frozenset(("credentials.json", "docker", "kubeconfig", "lab.json", "lab.log", "lock", "node", "registry",
                      "store", "tls"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credentials:
    """Random secrets of one lab: the administrator's token, the registry's password, the key that signs tokens."""

    token: str = field(repr=False)
    password: str = field(repr=False)
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class State:
    """A running lab: its process, and the addresses (`host:port`) of API server and registry."""

    pid: int
    api: str
    registry: str


def default_folder(environment: dict[str, str]) -> Path:
    """Where `oakum lab` keeps its data unless told: the user's state folder (XDG Base Directory)."""
    state = environment.get("XDG_STATE_HOME")
    if not state:
        # Without HOME the user's entry in the system's list tells.
        state = os.path.join(environment.get("HOME") or os.path.expanduser("~"), ".local/state")
    return Path(state) / "oakum" / "lab"


class Folder:
    """The data folder at `path`, which is made when it is not there, for its owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig file."""
        return self.path / "kubeconfig"

    @property
    def docker(self) -> Path:
        """A folder for DOCKER_CONFIG, whose `config.json` has the login of the registry."""
        return self.path / "docker"

    @property
    def log(self) -> Path:
        """What the lab itself has to say."""
        return self.path / "lab.log"

    @property
    def store(self) -> Path:
        """The API server's objects."""
        return self.path / "store"

    @property
    def registry(self) -> Path:
        """The registry's content."""
        return self.path / "registry"

    @property
    def node(self) -> Path:
        """Images, volumes, logs and roots of containers."""
        return self.path / "node"

    @property
    def tls(self) -> Path:
        """Certificates."""
        return self.path / "tls"

    def make(self) -> None:
        """Make the folder, which only its owner may enter. Raises LabError, also when it holds something else."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            there = set(os.listdir(self.path))
        except OSError as error:
            raise self._unusable("making", error) from error
        # `reset` deletes the whole folder, which must not be somebody's home.
        if there - _CONTENT and not self.is_lab():
            raise LabError(f"{self.path} holds other things than a lab: choose a folder of its own with --data")

    def _unusable(self, doing: str, error: OSError) -> LabError:
        reason = "it is no folder" if error.errno in (ENOTDIR, EEXIST) else (error.strerror or str(error)).lower()
        return LabError(f"{doing} the lab's data folder {self.path}: {reason} (hint: choose another with --data)")

    def acquire(self) -> None:
        """Make sure that no other lab uses this folder, until `release` or the end of the process. Raises LabError."""
        self.make()
        try:
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable("writing to", error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise LabError(
                f"a lab is running already in {self.path}: use it, stop it with 'oakum lab down', "
                "or choose another folder with --data"
            ) from None
        self._lock = descriptor

    def release(self) -> None:
        """Let another lab use this folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def running(self) -> State | None:
        """The lab that runs in this folder, None when there is none. A killed lab has let go of its lock."""
        try:
            descriptor = os.open(self.path / "lock", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable("reading", error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self.last()
        finally:
            os.close(descriptor)
        return None

    def last(self) -> State | None:
        """The state that was written last: of the running lab, or of one that was killed."""
        try:
            return State(**orjson.loads(self._state.read_bytes()))
        except (FileNotFoundError, orjson.JSONDecodeError):
            return None

    def last_ports(self) -> dict[str, int]:
        """The ports of `api` and `registry` when a lab ran here last; empty when none did."""
        last = self.last()
        if last is None:
            return {}
        return {what: int(getattr(last, what).rpartition(":")[2]) for what in ("api", "registry")}

    def write_state(self, state: State) -> None:
        """Say where the lab answers."""
        write_private(self._state, orjson.dumps(asdict(state)))

    def credentials(self) -> Credentials:
        """The lab's secrets; made at the first call, and kept over restarts."""
        path = self.path / "credentials.json"
        if not path.exists():
            fresh = Credentials(secrets.token_urlsafe(32), secrets.token_urlsafe(18), secrets.token_hex(32))
            write_private(path, orjson.dumps(asdict(fresh)))
        return Credentials(**orjson.loads(path.read_bytes()))

    def write_docker_config(self, registry: str, password: str) -> None:
        """Write the login of the registry as Docker's `config.json`."""
        login = base64.b64encode(f"{USER}:{password}".encode()).decode()
        config = {"auths": {registry: {"auth": login}}}
        write_private(self.docker / "config.json", orjson.dumps(config, option=orjson.OPT_INDENT_2))

    def write_kubeconfig(self, server: str, authority: Path, token: str) -> None:
        """Write the administrator's kubeconfig file."""
        write_private(self.kubeconfig, orjson.dumps(kubeconfig(server, authority, token), option=orjson.OPT_INDENT_2))

    def is_lab(self) -> bool:
        """Whether this folder was a lab's: guards against deleting something else."""
        return (self.path / "lock").is_file() and (self.path / "credentials.json").is_file()

    def remove(self) -> None:
        """Delete everything in the folder, and the folder."""
        remove_tree(self.path)

    @property
    def _state(self) -> Path:
        return self.path / "lab.json"


def kubeconfig(server: str, authority: Path, token: str) -> dict[str, object]:
    """A kubeconfig (v1) of one context `oakum-lab`; JSON is YAML."""
    name = "oakum-lab"
    data = base64.b64encode(authority.read_bytes()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": data}}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "default"}}],
        "current-context": name,
    }

