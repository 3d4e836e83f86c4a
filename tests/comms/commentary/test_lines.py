"""What the voices say: enough lines, fit to be read aloud, with nothing in them but facts."""

import re
from dataclasses import replace
from itertools import pairwise
from string import Formatter

import pytest

from comms.commentary import provenance
from comms.commentary.composing import SPEAKERS, compose
from comms.commentary.facts import Topic, Voice
from comms.commentary.lines import LINES
from comms.models import CommentarySource, Personality, Priority
from tests.comms.commentary import facts

SETS = [(voice, topic) for voice in Voice for topic in LINES[voice]]
EVERY = [
    pytest.param(voice, topic, line, id=f"{voice}.{topic}.{place}")
    for voice, topic in SETS
    for place, line in enumerate(LINES[voice][topic])
]
FACTS = facts.every()
READ_ALOUD = re.compile(r"[A-Za-z0-9 .,!?:'()-]+")


def of(topic):
    return [fact for fact in FACTS if fact.topic == topic]


def test_voices_are_the_personalities():
    assert sorted(Voice) == sorted(Personality.values)


def test_every_topic_has_a_speaker_and_facts_here():
    assert {topic for topic in Topic if SPEAKERS[topic]} == set(Topic)
    assert {fact.topic for fact in FACTS} == set(Topic)
    assert {fact.priority for fact in FACTS} <= set(Priority.values)
    assert {fact.source for fact in FACTS} <= set(CommentarySource.values)


@pytest.mark.parametrize(("voice", "topic"), SETS)
def test_each_voice_has_lines_enough_that_begin_in_different_ways(voice, topic):
    lines = LINES[voice][topic]

    assert len(set(lines)) == len(lines) >= 8
    assert len({line[:12] for line in lines}) >= 4


@pytest.mark.parametrize(("voice", "topic", "line"), EVERY)
def test_line_has_only_facts_in_it_for_every_fact(voice, topic, line):
    said = [(line.format(**fact.spoken), fact.trigger_data) for fact in of(topic)]

    assert [provenance.unfounded(text, data) - OWN for text, data in said] == [set()] * len(said)
    assert [text for text, _ in said if not READ_ALOUD.fullmatch(text)] == []


# A capital that names nobody.
OWN = {"Houston", "Green"}


@pytest.mark.parametrize(("voice", "topic", "line"), EVERY)
def test_line_by_itself_has_neither_numbers_nor_other_names(voice, topic, line):
    fields = {field for _, field, _, _ in Formatter().parse(line) if field}

    assert fields
    assert fields <= set(of(topic)[0].spoken)
    assert provenance.unfounded(re.sub(r"\{\w+\}", "it", line), {}) - OWN == set()


@pytest.mark.parametrize("fact", FACTS[:: max(1, len(FACTS) // 40)], ids=lambda fact: fact.key)
def test_same_fact_is_told_in_the_same_way(fact):
    assert compose(fact) == compose(replace(fact))


@pytest.mark.parametrize("topic", Topic)
def test_other_facts_are_told_in_other_ways_by_all_who_speak_of_it(topic):
    told = [compose(replace(of(topic)[0], key=f"k{number}")) for number in range(400)]

    assert {line.voice for line in told} == set(SPEAKERS[topic])
    assert {line.name for line in told} == {
        f"{voice}.{topic}.{place}"
        for voice in SPEAKERS[topic]
        for place in range(len(LINES[voice][topic]))
    }


def test_no_line_is_told_again_while_it_is_recent():
    fact = of(Topic.BIG_WIN)[0]
    recent, told = [], []
    for _ in range(len(LINES[Voice.BULL][Topic.BIG_WIN])):
        line = compose(fact, recent=recent)
        recent.append(line.name)
        told.append(line)

    assert len(set(recent)) == len(recent)
    assert all(first != second for first, second in pairwise(told))
    assert compose(fact, recent=recent) == told[0]
