"""Linux system calls that Python 3.11 has no function for (namespaces(7), mount(2), capabilities(7), prctl(2))."""

import ctypes
import os
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_SLAVE = 0x1000, 0x4000, 1 << 19
MNT_DETACH = 2

_PR_SET_PDEATHSIG, _PR_CAPBSET_READ, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 23, 24, 38
_PR_SET_CHILD_SUBREAPER, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 36, 47, 4

# Numbers of clone and pivot_root, by machine: libc offers neither in a usable form.
_NUMBERS = {"x86_64": (56, 155), "aarch64": (220, 41), "riscv64": (220, 41), "ppc64le": (120, 203), "s390x": (120, 217)}
_CAPABILITY_VERSION = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, doing: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")
    return result


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else os.fsencode(text)


def clone(flags: int) -> int:
    """Fork with new namespaces; 0 in the child. Only for a single-threaded process that goes on to exec."""
    number = _NUMBERS[os.uname().machine][0]
    # On s390x the first two arguments are swapped; both the stack and the rest are null here.
    arguments = (0, flags | signal.SIGCHLD) if os.uname().machine == "s390x" else (flags | signal.SIGCHLD, 0)
    return _check(_libc.syscall(number, *(ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0))), "clone")


def unshare(flags: int) -> None:
    """Move the calling process into new namespaces."""
    _check(_libc.unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Enter the namespace of a descriptor, or, for a pidfd, those of `flags` of its process (Linux 5.8)."""
    _check(_libc.setns(descriptor, flags), "setns")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """mount(2); the error names the target."""
    _check(
        _libc.mount(_bytes(source), _bytes(target), _bytes(kind), ctypes.c_ulong(flags), _bytes(options)),
        f"mounting {kind or source or ''} on {target}",
    )


def pivot_root(root: str) -> None:
    """Make `root`, a mount point, the root of this mount namespace and forget the old one."""
    os.chdir(root)
    _check(_libc.syscall(_NUMBERS[os.uname().machine][1], b".", b"."), f"making {root} the root")
    _check(_libc.umount2(b".", MNT_DETACH), "leaving the old root")
    os.chdir("/")


def set_hostname(name: str) -> None:
    """Name the machine of this UTS namespace."""
    encoded = name.encode()
    _check(_libc.sethostname(encoded, len(encoded)), "setting the host name")


def die_with_parent() -> None:
    """Be killed when the parent ends. To be repeated after a change of credentials, which cancels it."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL), "prctl")


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended."""
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1), "prctl")


def no_new_privileges() -> None:
    """No set-user-id program gains anything from now on."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def limit_bounding_set(allowed: int) -> None:
    """Give up, for ever, the capabilities that are not in the bit set `allowed`."""
    for number in range(64):
        if not allowed >> number & 1 and _libc.prctl(_PR_CAPBSET_READ, number, 0, 0, 0) == 1:
            _check(_libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0), "dropping a capability")
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)


def set_capabilities(allowed: int) -> None:
    """Keep only the capabilities of the bit set `allowed`, permitted and effective; none are inherited."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    low, high = allowed & 0xFFFFFFFF, allowed >> 32
    data = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    _check(_libc.capset(header, data), "setting capabilities")
