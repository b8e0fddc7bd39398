"""Every scene is played twice: without sockets, and by a real server over real ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from scene import Inside, Outside, Scene, play, read

from chatroom.commands.table import TABLE
from chatroom.dialects.irc.verbs.table import VERBS
from chatroom.dialects.irc.verbs.usage import USAGES

SCENES = [read(path) for path in sorted(Path(__file__).parent.glob("scenes/*.scene"))]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.path.stem)
def test_inside(scene: Scene, tmp_path: Path) -> None:
    stage = Inside(tmp_path, scene.settings)
    play(scene, stage)
    stage.end()


@pytest.mark.parametrize("scene", [s for s in SCENES if not s.moves_clock], ids=lambda scene: scene.path.stem)
def test_over_sockets(scene: Scene, start_server) -> None:
    play(scene, Outside(start_server(**scene.settings)))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.path.stem)
def test_scene_says_what_it_shows(scene: Scene) -> None:
    assert scene.title.endswith(".")


def _first_words(sigil: str) -> set[str]:
    """What is typed in any scene: the first words of the lines sent, of those that begin with `sigil`."""
    sent = [step.text for scene in SCENES for step in scene.steps if step.what == "send" and step.text]
    return {text.removeprefix(sigil).split(" ")[0].lower() for text in sent if text.startswith(sigil)}


def test_every_command_is_in_a_scene() -> None:
    typed = _first_words("/")
    rows = [row for row in TABLE.rows.values() if row.section]
    assert [row.name for row in rows if not typed & {row.name, *row.aliases}] == []


def test_help_says_of_every_verb_how_it_is_written() -> None:
    assert set(USAGES) == set(VERBS)


def test_every_verb_is_in_a_scene() -> None:
    assert set(VERBS) - {word.upper() for word in _first_words("")} == set()
