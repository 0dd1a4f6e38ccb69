#!/usr/bin/env python3
"""Compares what Renovate extracts from a repository with what `refit scan` finds there.

usage: extraction.py REPOSITORY RENOVATE_REPORT REFIT_SCAN

Every version that Renovate finds must be a pin of refit: the same package and version, in the same
file or read from there. What is missing must fall under a rule that is checked against the files;
a difference under no rule is printed, and the exit code is 1.
"""
import collections
import json
import pathlib
import re
import sys

RULES = {
    "no-version": "no version is pinned: none is written, or a variable stands for it",
    "not-an-image": "not a valid image reference",
    "flux-itself": "Flux's own manifest, as `flux install` writes it",
    "not-yaml": "the YAML scanner rejects the file; refit names it",
    "other-object": "an object that is neither a release nor a source, nor shapes one",
    "unread-file": "a file without an object that no kustomization names",
    "unread-variable": "a variable that nothing reads",
    "other-source": "a chart of which refit takes another source of the same name, nearer to it",
}
FLUX = {"HelmRelease", "HelmRepository", "OCIRepository", "GitRepository", "HelmChart", "Bucket"}
SHAPING = {"Kustomization", "Component", "ConfigMap"}
IMAGE = re.compile(r"[a-z0-9][a-z0-9._/:-]*")


def full(package):
    """Writes the implied parts of an image's name."""
    package = package.removeprefix("oci://").removeprefix("index.")
    first = package.split("/")[0]
    if "/" not in package:
        return f"docker.io/library/{package}"
    if not re.search(r"[.:]", first) and first != "localhost":
        return f"docker.io/{package}"
    return re.sub(r"^docker\.io/(?!.*/)", "docker.io/library/", package)


def same_package(dependency, pin):
    name = dependency.get("packageName") or dependency.get("depName") or ""
    ours = pin["package"]
    if "#" in ours:
        url, chart = ours.rsplit("#", 1)
        urls = [known.rstrip("/") for known in dependency.get("registryUrls", [])]
        return chart == name and (not urls or url.rstrip("/") in urls)
    if pin["kind"] == "git":
        return name.removesuffix(".git") in ours
    return full(name) == full(ours)


def same_version(dependency, pin):
    current = pin["current"]
    wanted = dependency.get("currentValue"), dependency.get("currentDigest")
    known = {current["text"], current["tag"], current["digest"]} - {None}
    return any(part in known for part in wanted)


class Repository:
    """The files of a repository, read as text."""

    def __init__(self, root, scan):
        self.root = root
        self.texts = {
            str(path.relative_to(root)): path.read_text(errors="replace")
            for path in sorted(root.rglob("*"))
            if path.suffix in (".yaml", ".yml") and path.is_file() and ".git" not in path.parts
        }
        self.unreadable = {d["file"] for d in scan["diagnostics"] if d["code"] == "unreadable"}

    def documents(self, file, name, version):
        """The documents of a file that mention a package and its version."""
        found = re.split(r"(?m)^---", self.texts[file])
        last = name.rsplit("/", 1)[-1]
        return [text for text in found if last in text and version in text]

    def is_named(self, file):
        """Whether a kustomization names a file."""
        for other, text in self.texts.items():
            if pathlib.PurePath(other).name not in ("kustomization.yaml", "kustomization.yml"):
                continue
            for entry in re.findall(r"(?m)^\s*- (?:path: )?[\"']?(?:[\w.-]+=)?([^\s\"'#]+)", text):
                if (self.root / other).parent.joinpath(entry).resolve() == (self.root / file).resolve():
                    return True
        return False

    def is_unread_variable(self, document, name, version):
        """Whether all keys with this image are variables that no file reads."""
        image = rf"(?m)^\s+(\w+):\s+[\"']?{re.escape(name)}:{re.escape(version)}"
        keys = re.findall(image, document)
        read = lambda key: any(re.search(rf"\$\{{{key}\b", text) for text in self.texts.values())
        return "substitute:" in document and bool(keys) and not any(map(read, keys))


def is_other_source(repository, dependency, pins):
    """Whether a pin has the chart and version from another source, and both sources are written."""
    theirs = [dependency.get("packageName") or "", *dependency.get("registryUrls", [])]
    chart = theirs[0].rsplit("/", 1)[-1]
    for pin in pins:
        url, _, ours = pin["package"].removeprefix("oci://").rpartition("#")
        if not url:
            url, _, ours = pin["package"].removeprefix("oci://").rpartition("/")
        if pin["kind"] != "chart" or ours != chart or not same_version(dependency, pin):
            continue
        written = lambda url: any(url.rstrip("/") in text for text in repository.texts.values())
        if written(url) and any(written(other.rpartition("/")[0]) for other in theirs if other):
            return True
    return False


def rule(repository, file, dependency, pins):
    """Names the rule under which refit does not have what Renovate found; None if there is none."""
    name = dependency.get("packageName") or dependency.get("depName") or ""
    version = dependency.get("currentValue") or dependency.get("currentDigest")
    if not version or "${" in version:
        return "no-version"
    if not IMAGE.fullmatch(name) and "://" not in name and dependency.get("datasource") == "docker":
        return "not-an-image"
    if re.search(r"(?m)^# This manifest was generated by flux|^# Flux [Vv]ersion:", repository.texts[file]):
        return "flux-itself"
    if file in repository.unreadable:
        return "not-yaml"
    if is_other_source(repository, dependency, pins):
        return "other-source"
    documents = repository.documents(file, name, version)
    if not documents:
        return None
    rules = set()
    for document in documents:
        kinds = set(re.findall(r"(?m)^kind: *[\"']?(\w+)", document))
        if repository.is_unread_variable(document, name, version):
            rules.add("unread-variable")
        elif kinds and not kinds & (FLUX | SHAPING):
            rules.add("other-object")
        elif not kinds and not repository.is_named(file):
            rules.add("unread-file")
        else:
            return None
    return rules.pop()


def main():
    root = pathlib.Path(sys.argv[1])
    report, scan = (json.load(open(path)) for path in sys.argv[2:4])
    repository = Repository(root, scan)
    pins = collections.defaultdict(list)
    for pin in scan["pins"]:
        for file in {pin["file"]} | {use["file"] for use in pin["used_by"]}:
            pins[file].append(pin)
    found, counts, unlisted = 0, collections.Counter(), []
    matched = set()
    for known in report["repositories"].values():
        for manager, files in known["packageFiles"].items():
            for package_file in files:
                file = package_file["packageFile"]
                for dependency in package_file["deps"]:
                    same = [
                        pin["id"] for pin in pins[file]
                        if same_version(dependency, pin) and same_package(dependency, pin)
                    ]
                    matched.update(same)
                    if same:
                        found += 1
                    elif name := rule(repository, file, dependency, pins[file]):
                        counts[name] += 1
                    else:
                        unlisted.append((manager, file, dependency))
    print(f"{found:>7}  found by both")
    for name, text in RULES.items():
        if counts[name]:
            print(f"{counts[name]:>7}  {text}")
    print(f"{len(scan['pins']) - len(matched):>7}  pins that refit alone finds")
    print(f"{len(unlisted):>7}  differences under no rule")
    for manager, file, dependency in unlisted:
        name = dependency.get("packageName") or dependency.get("depName")
        version = dependency.get("currentValue") or dependency.get("currentDigest")
        print(f"         {manager}: {file}: {name} {version}")
    return 1 if unlisted else 0


sys.exit(main())
