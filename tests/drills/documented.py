"""The commands that docs/operations.md gives to operators, run as they stand there."""

import os
import re
import subprocess
import textwrap

from dayrade.postgres import binaries
from tests.live.server import ROOT

PAGE = ROOT / "docs" / "operations.md"
BLOCK = re.compile(r"(?:^(?: {4,}.*)?\n)*^ {4,}\S.*\n", re.MULTILINE)


def section(title):
    """Return a section of the page."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return found[1]


def block(title, beginning):
    """Return the commands of a section that begin so."""
    blocks = [textwrap.dedent(found[0]).strip("\n") for found in BLOCK.finditer(section(title))]
    (chosen,) = [each for each in blocks if each.startswith(beginning)]
    return chosen + "\n"


def shell(commands, environment, *, folder, account=None, first="/nowhere"):
    """Run commands until one fails.

    /backups and /restored are in `folder`, and programs in `first` hide those of the same name.
    """
    script = re.sub(r"/(backups|restored)\b", rf"{folder}/\1", commands)
    programs = [first, ROOT / ".venv" / "bin", binaries(), environment["PATH"]]
    path = os.pathsep.join(map(str, programs))
    return subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=environment | {"PATH": path},
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=account and [],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
