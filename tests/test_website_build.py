"""The static site as it is built: its links, what it asks for, and how a build fails."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from common.runs.options import REPOSITORY
from data.errors import UserError
from website import tools
from website.build import SiteOptions, build
from website.finish import policy, write_service_worker

# What a browser asks for without a click, and where links lead: in pages, style sheets, scripts.
ADDRESSES = {
    ".html": re.compile(r"<(?:script|img|link|source|iframe|a)\b[^>]*?\b(?:src|href)=\"([^\"]*)\""),
    ".css": re.compile(r"(?:url\(|@import)\s*[\"']?([^\"')]+)"),
    ".js": re.compile(r"\b(?:from|import)\s*\(?\s*[\"']([^\"'\s]+)[\"']"),
}
LINK_ELSEWHERE = re.compile(r"<a\b[^>]*\bhref=\"(?:https?://|mailto:)[^\"]*\"")


def test_every_link_leads_somewhere(site_folder):
    # What follows # in the playground's address is a set-up, and no place in the page.
    lychee = Path(sys.executable).with_name("lychee")
    command = [lychee, "--offline", "--include-fragments=full", "--no-progress"]
    command += ["--extensions=html", "--exclude=play/index.html#", site_folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    checked = re.search(r"([\d,]+) OK", done.stdout)
    assert checked and int(checked[1].replace(",", "")) > 5000, done.stdout


def test_all_is_loaded_from_the_site_and_by_relative_addresses(site_folder):
    wrong, seen = [], 0
    for file in sorted(site_folder.rglob("*")):
        addresses = ADDRESSES.get(file.suffix.replace("mjs", "js"))
        if not addresses:
            continue
        for address in addresses.findall(LINK_ELSEWHERE.sub("", file.read_text(encoding="utf-8"))):
            seen += 1
            # Pyodide's interpreter has a part for node, whose modules are named node:…
            own = "data:|node:" if file.name.startswith("pyodide.") else "data:"
            if re.match(r"[a-z+]+:|/", address) and not re.match(own, address):
                wrong.append(f"{file.relative_to(site_folder)}: {address}")
    assert not wrong, "\n".join(wrong)
    assert seen > 5000


def test_every_page_has_a_policy_without_other_hosts(site_folder):
    pages = sorted(site_folder.rglob("*.html"))
    assert len(pages) > 100
    for file in pages:
        head = file.read_text(encoding="utf-8").partition("</head>")[0]
        found = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', head)
        assert len(found) == 1, file
        script = re.search(r"script-src ([^;]*)", found[0])
        assert script and "unsafe-inline" not in script[1], file
        assert "default-src 'self'" in found[0] and "http" not in found[0], file
        assert head.index("Content-Security-Policy") < min(
            position for tag in ("<script", "<link") if (position := head.find(tag)) >= 0
        ), f"{file}: loads something before its policy"


def test_the_policy_names_a_page_s_own_scripts():
    page = "<script>one()</script><script src='two.js'></script>"
    # echo -n 'one()' | openssl dgst -sha256 -binary | base64
    assert "'sha256-HR7iaask9daLMRRskMI++QeJtjWDOjyPA6lGzYGzKW4='" in policy(page, Path("a.html"))
    assert policy(page, Path("a.html")).count("sha256") == 1


def test_the_first_exercise_is_under_20_mb(site_folder):
    files = [*(site_folder / "runtime").rglob("*"), *(site_folder / "practise").glob("*.*s")]
    assert 10e6 < sum(file.stat().st_size for file in files) < 20e6


def test_the_archive_gives_no_answer_away(site_folder):
    names = zipfile.ZipFile(site_folder / "runtime" / "python.zip").namelist()
    ours = [
        name for name in names if not re.match(r"attrs?/|jaxtyping/|.*\.dist-info/|wadler", name)
    ]
    assert len(ours) > 100
    allowed = r"(common|data|exercises|experiments|numpy|play)/[\w/]+\.(py|json|md)|tiers\.py"
    secret = r"solution|small_network|mistake|alternative|starter_|/test_|exercises/work|/static/"
    wrong = [one for one in ours if not re.fullmatch(allowed, one) or re.search(secret, one)]
    assert not wrong


def test_the_licences_of_what_comes_along_are_there(site_folder):
    text = (site_folder / "licences.txt").read_text(encoding="utf-8")
    for name in ("pyodide 0.27.7, MPL-2.0", "katex 0", "codemirror 6", "furo", "sphinx"):
        assert f"\n{name}" in text, name
    assert text.count("Permission is hereby granted, free of charge") > 15


def test_the_version_changes_with_any_file(site_folder, tmp_path):
    versions = set()
    for content in ("one", "one", "two"):
        (tmp_path / "a.html").write_text(content)
        for name in ("version.txt", "service_worker.js"):
            (tmp_path / name).unlink(missing_ok=True)
        write_service_worker(tmp_path)
        versions.add((tmp_path / "version.txt").read_text())
    assert len(versions) == 2
    built = (site_folder / "version.txt").read_text()
    assert f'"{built}"' in (site_folder / "service_worker.js").read_text()


# What is wrong with the surroundings, and the line that the reader gets.
@pytest.mark.parametrize(
    ("program", "line"),
    [
        (None, "node is not found: install node 20 or newer"),
        ("echo v18.19.1", "node v18.19.1 is too old: install node 20 or newer"),
    ],
)
def test_node_that_cannot_be_used_is_named(monkeypatch, tmp_path, program, line):
    monkeypatch.setenv("PATH", str(tmp_path))
    if program:
        for name in ("node", "npm"):
            (tmp_path / name).write_text(f"#!/bin/sh\n{program}\n")
            (tmp_path / name).chmod(0o755)
    with pytest.raises(UserError, match=line):
        tools.check_node()


def test_a_wheel_that_cannot_be_had_is_named(site_folder, monkeypatch, tmp_path):
    name = next((site_folder / "runtime").glob("numpy-*.whl")).name
    monkeypatch.setattr(tools, "WHEELS", tmp_path)
    monkeypatch.setattr(tools, "RELEASE", "http://127.0.0.1:9/{version}/")
    with pytest.raises(UserError, match=f"{name} is missing, and http://127.0.0.1:9/0.27.7/{name}"):
        tools.numpy_wheel()
    (tmp_path / name).write_bytes(b"another file")
    with pytest.raises(UserError, match=r"Pyodide's lock names ebb61241.*delete the file"):
        tools.numpy_wheel()


def test_npm_that_cannot_install_is_named(monkeypatch, tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("needs npm")
    monkeypatch.setattr(tools, "SOURCE", tmp_path)
    monkeypatch.setattr(tools, "PACKAGES", tmp_path / "node_modules")
    (tmp_path / "package.json").write_text('{"dependencies": {"no-such": "no version"}}')
    with pytest.raises(UserError, match=r"npm install, in .*: npm error") as error:
        tools.install_packages()
    assert "\n" not in str(error.value)


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="holds something else; name another folder"):
        build(SiteOptions(output=tmp_path))
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_the_repository_has_no_registry_s_address():
    assert not (REPOSITORY / "website" / "package-lock.json").exists()
    assert "http" not in (REPOSITORY / "website" / "package.json").read_text()
