"""The page's files as answers: what a browser is told of each."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re

import pytest

from chatroom.web.page import Page
from chatroom.wire.http import Request

FILES = {
    "index.html": '<!doctype html><html><head><link rel="stylesheet" href="static/style.css">\n'
    '<script type="module" src="static/app.js"></script></head><body></body></html>',
    "style.css": "p { color: red }\n" * 20,
    "app.js": 'import {\n  a,\n} from "./chat/a.js";\nimport "./chat/b.js";\nexport const text = "from \'./no.js\'";\n',
    "chat/a.js": 'export { b } from "./b.js";\nexport const a = 1;\n',
    "chat/b.js": 'import { a } from "../chat/a.js";\nexport const b = a;\n',
    "later.js": "export const later = 1;\n",
    "manifest.webmanifest": "{}",
    ".hidden.js": "",
    "notes.md": "",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def page(folder):
    return Page(folder)


def get(page, path, method="GET", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return page.answer(Request(method, path, path, {}, named))


def header(response, name):
    [value] = [value for key, value in response.headers if key == name]
    return value


def test_the_style_stands_in_the_document_and_its_hash_in_the_policy(page):
    document = get(page, "/")
    [style] = re.findall("<style>(.*?)</style>", document.body.decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert style == FILES["style.css"]
    assert f"style-src 'self' 'sha256-{digest}'" in header(document, "Content-Security-Policy")


def test_the_policy_allows_no_script_but_the_page_s_own_files(page):
    policy = header(get(page, "/"), "Content-Security-Policy")
    assert "default-src 'none'; script-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_all_imported_modules_are_named_in_the_document(page):
    named = re.findall('rel="modulepreload" href="([^"]+)"', get(page, "/").body.decode())
    assert sorted(named) == [f"static/{page.version}/chat/a.js", f"static/{page.version}/chat/b.js"]


def test_files_have_addresses_that_change_with_what_they_hold(folder, page):
    there = get(page, f"/static/{page.version}/app.js")
    assert there.body == FILES["app.js"].encode()
    assert "immutable" in header(there, "Cache-Control")
    (folder / "chat/b.js").write_text("export const b = 2;\n")
    assert Page(folder).version != page.version


def test_an_address_without_a_version_is_asked_for_again(page):
    found = get(page, "/static/later.js")
    assert header(found, "Cache-Control") == "no-cache"
    again = get(page, "/static/later.js", if_none_match=header(found, "ETag"))
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("taken", ["gzip, deflate, br", "br;q=1, gzip;q=0.5"])
def test_what_gains_by_it_is_compressed(page, taken):
    found = get(page, "/", accept_encoding=taken)
    assert header(found, "Content-Encoding") == "gzip"
    assert gzip.decompress(found.body) == get(page, "/").body


def test_who_wants_no_compression_gets_none(page):
    assert get(page, "/", accept_encoding="gzip;q=0").body == get(page, "/").body


def test_answers_are_typed_and_not_guessed(page):
    for path, kind in {"/": "text/html", "/static/app.js": "text/javascript", "/static/style.css": "text/css"}.items():
        found = get(page, path)
        assert header(found, "Content-Type").startswith(kind)
        assert header(found, "X-Content-Type-Options") == "nosniff"
        assert header(found, "Referrer-Policy") == "no-referrer"


@pytest.mark.parametrize("path", ["/static/../page.py", "/static/.hidden.js", "/static/notes.md", "/index.html", "/x"])
def test_nothing_else_is_served(page, path):
    assert get(page, path) is None


def test_files_can_only_be_read(page):
    refused = get(page, "/", "POST")
    assert (refused.status, header(refused, "Allow")) == (405, "GET, HEAD")
