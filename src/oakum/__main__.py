"""`python -m oakum`: the program, where its folder is not on the PATH."""
from __future__ import annotations

import sys

from oakum.cli.start import oakum

if __name__ == "__main__":
    sys.exit(oakum())
