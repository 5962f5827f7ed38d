"""What the lab needs beside oakum itself: the packages of the extra `lab`."""

from importlib.util import find_spec

from oakum.errors import LabError

PACKAGES = ("starlette", "uvicorn", "httptools", "wsproto", "cryptography")


def demand_extra() -> None:
    """Raise LabError where one of the packages is missing, before an import fails for the want of it."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise LabError(f"the lab needs packages that are not installed: {', '.join(missing)} "
                       "(hint: pip install 'oakum[lab]')")
