#!/usr/bin/env python3
"""Checks the digests of a replay folder, or mends them after an edit.

    digests.py [DIR…]         check upstream/ (and the pins of repo/) of each folder; exit 1 on a fault
    digests.py --fix [DIR…]   rename what no longer has its digest, let manifests and pins follow

DIR holds `upstream/` and `repo/`; without one, the folder of this script is taken. A manifest or a
blob that is named `sha256:HEX.json` must have that SHA-256. Descriptors whose file is in the folder
must give its size; the others (layers, further platforms) stand for bytes that are left out.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def digest(path):
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def stored(upstream):
    """The manifests and blobs of the folder."""
    return sorted(p for p in upstream.rglob("*") if p.is_file() and p.parent.name in ("manifests", "blobs"))


def named_digest(path):
    return path.stem if DIGEST.fullmatch(path.stem) else None


def descriptors(manifest):
    """What a manifest or an index points to and the folder may hold: no layers."""
    return manifest.get("manifests", []) + [d for d in [manifest.get("config")] if d]


def check(folder):
    faults, answers = [], {}
    for path in stored(folder / "upstream"):
        name = named_digest(path)
        if name and name != digest(path):
            faults.append(f"{path}: has the digest {digest(path)}")
        if path.parent.name == "blobs":
            continue
        if not name:
            image = "/".join(path.relative_to(folder / "upstream").parts[:-2]).replace("/v2/", "/", 1)
            answers.setdefault(digest(path), []).append(f"{image}:{path.name.removesuffix('.json')}")
        manifest, present = json.loads(path.read_text()), 0
        for descriptor in descriptors(manifest):
            kind = "manifests" if "manifests" in manifest else "blobs"
            target = path.parent.parent / kind / f"{descriptor['digest']}.json"
            present += target.exists()
            if target.exists() and target.stat().st_size != descriptor["size"]:
                faults.append(f"{path}: gives {descriptor['size']} as the size of {target.name}")
        if not present:
            faults.append(f"{path}: nothing that it points to is in the folder")
    for path in sorted(p for p in (folder / "repo").rglob("*") if p.is_file()):
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), 1):
            for pin in DIGEST.findall(line):
                state = ", ".join(answers.get(pin, ["no tag of upstream/ has it now"]))
                print(f"{path.relative_to(folder)}:{number}: {pin[:19]}…  {state}")
    return faults


def fix(folder):
    moved, again = {}, True
    while again:
        again = False
        for path in stored(folder / "upstream"):
            name = named_digest(path)
            if name and name != digest(path):
                moved[name] = digest(path)
                path.rename(path.with_name(f"{moved[name]}{path.suffix}"))
                again = True
        for path in stored(folder / "upstream"):
            if path.parent.name == "manifests" and follow(path, moved):
                again = True
    for path in (p for p in (folder / "repo").rglob("*") if p.is_file()):
        before = path.read_bytes()
        after = re.sub(DIGEST.pattern.encode(), lambda m: latest(m[0].decode(), moved).encode(), before)
        if after != before:
            path.write_bytes(after)


def follow(path, moved):
    """Lets a manifest point to what has been renamed; notes its own new digest."""
    text = path.read_text()
    manifest = json.loads(DIGEST.sub(lambda m: latest(m[0], moved), text))
    for descriptor in descriptors(manifest):
        kind = "manifests" if "manifests" in manifest else "blobs"
        target = path.parent.parent / kind / f"{descriptor['digest']}.json"
        if target.exists():
            descriptor["size"] = target.stat().st_size
    changed = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    if changed == text:
        return False
    before = digest(path)
    path.write_text(changed)
    if not named_digest(path):
        moved[before] = digest(path)
    return True


def latest(name, moved):
    while name in moved:
        name = moved[name]
    return name


def main(arguments):
    folders = [Path(a) for a in arguments if not a.startswith("--")] or [Path(__file__).parent]
    if "--fix" in arguments:
        for folder in folders:
            fix(folder)
    faults = [fault for folder in folders for fault in check(folder)]
    print(*faults, sep="\n", file=sys.stderr, end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
