#!/usr/bin/env python3
"""Compares what Renovate and refit propose for the same repository.

usage: proposals.py RENOVATE_REPORT REFIT_SCAN REFIT_PREVIEW

For each pin, both are asked which versions it would move to. What differs must fall under a rule
that is checked here by its numbers; a difference under no rule is printed, and the exit code is 1.
"""
import collections
import json
import re
import sys

RULES = {
    "same": "the same version, and nothing else",
    "none": "neither proposes anything",
    "one-upgrade-a-pin": "the same version; Renovate opens a smaller step beside it",
    "one-major-at-a-time": "refit goes to the highest version of the next major, Renovate past it",
}


def numbers(version):
    found = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", version or "")
    return tuple(map(int, found.groups())) if found else None


def renovate(report):
    """(file, package, version) -> the proposed versions, once for each place."""
    found = collections.defaultdict(list)
    for repository in report["repositories"].values():
        for files in repository["packageFiles"].values():
            for file in files:
                for dependency in file["deps"]:
                    if dependency.get("skipReason") or not dependency.get("currentValue"):
                        continue
                    package = dependency.get("packageName") or dependency["depName"]
                    if dependency["datasource"] == "helm":
                        package = dependency["registryUrls"][0].rstrip("/") + "#" + package
                    key = (file["packageFile"], package, dependency["currentValue"])
                    updates = {update["newValue"] for update in dependency.get("updates", [])}
                    found[key].append(updates)
    return found


def refit(scan, preview):
    """(file, package, version) -> the proposed versions, once for each place."""
    pins = {pin["id"]: pin for pin in scan["pins"]}
    proposed = {pin["id"]: pin["to"] for up in preview["upgrades"] for pin in up["pins"]}
    found = collections.defaultdict(list)
    for name, pin in pins.items():
        package = pin["package"].removeprefix("oci://")
        key = (pin["file"], package, pin["current"]["tag"] or pin["current"]["text"])
        found[key].append({proposed[name]} if name in proposed else set())
    return found


def rule(old, theirs, ours, highest):
    """Names the rule under which two sets of proposals belong together; None if there is none."""
    if theirs == ours:
        return "same" if ours else "none"
    if len(ours) != 1 or not theirs:
        return None
    (to,) = ours
    start, end = numbers(old), numbers(to)
    if not start or not end or not all(map(numbers, theirs)):
        return None
    # Whatever Renovate proposes for any pin of this package exists, so it bounds ours from below.
    is_highest = end >= highest.get(end[0], end)
    beyond = [other for other in theirs if numbers(other)[0] > end[0]]
    if end[0] > start[0] + 1 or not is_highest:
        return None
    if to in theirs and not beyond:
        return "one-upgrade-a-pin"
    return "one-major-at-a-time" if beyond and end[0] == start[0] + 1 else None


def main():
    report, scan, preview = (json.load(open(path)) for path in sys.argv[1:4])
    theirs, ours = renovate(report), refit(scan, preview)
    highest = collections.defaultdict(dict)
    for (_, package, _), places in theirs.items():
        for version in set().union(*places):
            if number := numbers(version):
                known = highest[package].get(number[0], number)
                highest[package][number[0]] = max(known, number)
    counts, unlisted = collections.Counter(), []
    for key in sorted(set(theirs) | set(ours)):
        left, right = theirs.get(key, []), ours.get(key, [])
        if len(left) != len(right):
            unlisted.append((key, f"found {len(left)} times by Renovate, {len(right)} by refit"))
            continue
        for one, other in zip(left, right):
            if name := rule(key[2], one, other, highest[key[1]]):
                counts[name] += 1
            else:
                unlisted.append((key, f"Renovate {sorted(one)}, refit {sorted(other)}"))
    for name, text in RULES.items():
        print(f"{counts[name]:>7}  {text}")
    print(f"{len(unlisted):>7}  differences under no rule")
    for (file, package, version), what in unlisted[:20]:
        print(f"         {file}: {package} {version}: {what}")
    return 1 if unlisted or not counts.total() else 0


sys.exit(main())
