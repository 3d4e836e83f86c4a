"""Look for known holes in the locked packages: `make audit`.

Where its database cannot be reached, pip-audit may find nothing and say that all is well. So it has
to find what it must first: a release of old that is known to have holes.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt")
KNOWN = "jinja2==2.4.1"
FOUND, UNKNOWN = 1, 2
SECONDS = 600


def holes(*files):
    """Return the holes that are found in what the files name, as text; None without an answer."""
    url = os.environ.get("AUDIT_URL")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv"),
            *(["--osv-url", url] if url else []),
            *("--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", "10"),
            *("--format", "json"),
            *(part for file in files for part in ("--requirement", str(file))),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    # Nothing may be left out: what was not looked up has no list.
    if not packages or any("vulns" not in package for package in packages):
        return None
    return [
        f"{package['name']} {package['version']}: {hole['id']},"
        f" mended in {', '.join(hole['fix_versions']) or 'no release'}"
        for package in packages
        for hole in package["vulns"]
    ]


def is_reachable():
    """Tell whether the database knows what everybody knows."""
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder, "requirements.txt")
        known.write_text(KNOWN)
        return bool(holes(known))


def say(text):
    sys.stdout.write(f"{text}\n")


def main(files):
    if not is_reachable():
        say("WARNING: the database of known holes cannot be reached: packages NOT audited.")
        return 0
    found = holes(*files)
    if found is None:
        say("The database of known holes broke off: look again.")
        return UNKNOWN
    say("\n".join(found) or "No known hole in the locked packages.")
    return FOUND if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or LOCKS))
