"""How much one client may ask for; the clock is passed in, so no test waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.server.limits import (
    MOST_TRIED,
    UNIX,
    Addresses,
    Bucket,
    Buckets,
    Networks,
    Tries,
    is_loopback,
    is_trusted,
    network_of,
    plain_address,
    wider_network_of,
)


def test_a_burst_is_free_and_then_a_wait():
    bucket = Bucket(rate=4.0, burst=3, now=100.0)
    assert [bucket.take(1, 100.0) for _ in range(5)] == [0, 0, 0, 0.25, 0.5]


def test_a_wait_that_was_kept_to_leads_to_the_rate():
    bucket, now, waits = Bucket(rate=4.0, burst=1, now=0.0), 0.0, []
    for _ in range(9):
        waits.append(bucket.take(1, now))
        now += waits[-1]
    assert waits == [0] + [0.25] * 8


def test_silence_fills_the_bucket_to_the_burst_and_no_further():
    bucket = Bucket(rate=4.0, burst=2, now=0.0)
    for _ in range(2):
        bucket.take(1, 0.0)
    assert [bucket.take(1, 3600.0) for _ in range(3)] == [0, 0, 0.25]


def test_a_costly_line_counts_as_several():
    bucket = Bucket(rate=2.0, burst=4, now=0.0)
    assert [bucket.take(4, 0.0), bucket.take(4, 0.0)] == [0, 2.0]


def test_rate_zero_is_unlimited():
    bucket = Bucket(rate=0, burst=1, now=0.0)
    assert {bucket.take(1000, 0.0) for _ in range(100)} == {0.0}


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 5)), max_size=50))
def test_nobody_who_keeps_to_the_waits_gets_more_than_burst_and_rate(lines):
    bucket, now, taken = Bucket(rate=3.0, burst=5, now=0.0), 0.0, 0.0
    for pause, cost in lines:
        now += pause
        now += bucket.take(cost, now)
        taken += cost
        assert taken <= 5 + 3.0 * now + 1e-6


# ---- connections of one address


def test_the_door_closes_at_the_limit_and_opens_when_one_leaves():
    addresses = Addresses(2)
    assert [addresses.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    addresses.leave("192.0.2.1")
    assert [addresses.enter("192.0.2.1") for _ in range(2)] == [True, False]


def test_others_have_a_door_of_their_own():
    addresses = Addresses(1)
    assert addresses.enter("192.0.2.1")
    assert addresses.enter("192.0.2.2")


def test_who_has_no_address_is_not_counted():
    addresses = Addresses(1)
    assert all(addresses.enter(UNIX) for _ in range(100))
    addresses.leave(UNIX)
    assert addresses._counts == {}


def test_a_network_of_ipv6_counts_as_one_address():
    addresses = Addresses(1)
    assert addresses.enter("2001:db8::1")
    assert not addresses.enter("2001:db8::ffff:1")
    assert addresses.enter("2001:db8:0:1::1")


def test_zero_is_unlimited():
    addresses = Addresses(0)
    assert all(addresses.enter("192.0.2.1") for _ in range(1000))


def test_a_lower_limit_holds_for_those_who_come_then():
    addresses = Addresses(3)
    for _ in range(3):
        addresses.enter("192.0.2.1")
    addresses.most = 1
    assert not addresses.enter("192.0.2.1")
    for _ in range(3):
        addresses.leave("192.0.2.1")
    assert addresses.enter("192.0.2.1")


def test_nothing_is_kept_of_those_who_left():
    addresses = Addresses(0)
    for n in range(100):
        addresses.enter(f"192.0.2.{n}")
    for n in range(100):
        addresses.leave(f"192.0.2.{n}")
    assert addresses._counts == {}


# ---- what counts as one address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        (UNIX, UNIX),
        ("no:address", "no:address"),
    ],
)
def test_network_of(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_plain_address(address, plain):
    assert plain_address(address) == plain


# ---- who may speak for others


@pytest.mark.parametrize(
    ("address", "proxies", "trusted"),
    [
        ("127.0.0.1", ["127.0.0.0/8", "::1"], True),
        ("127.255.1.2", ["127.0.0.0/8", "::1"], True),
        ("::1", ["127.0.0.0/8", "::1"], True),
        ("::2", ["127.0.0.0/8", "::1"], False),
        ("128.0.0.1", ["127.0.0.0/8", "::1"], False),
        ("10.1.2.3", ["10.1.2.99/24"], True),
        ("2001:db8::9", ["10.0.0.0/8", "2001:db8::/32"], True),
        ("127.0.0.1", [], False),
        (UNIX, [], True),
        ("no address", ["0.0.0.0/0"], False),
    ],
)
def test_is_trusted(address, proxies, trusted):
    assert is_trusted(address, Networks(proxies)) is trusted


# ---- tries


def test_some_tries_are_free_and_then_one_after_each_pause():
    tries, now, waits = Tries(3, 10.0), 100.0, []
    for _ in range(6):
        waits.append(tries.wait("alice", now))
        now += waits[-1]
        tries.take("alice", now)
    assert waits == [0, 0, 0, 10, 10, 10]
    assert tries.wait("bob", now) == 0


def test_a_try_that_is_forgiven_was_none():
    tries = Tries(1, 10.0)
    for _ in range(5):
        assert tries.wait("alice", 0.0) == 0
        tries.take("alice", 0.0)
        tries.forgive("alice")
    tries.forgive("nobody")


def test_what_no_longer_matters_is_forgotten():
    tries = Tries(1, 10.0)
    for number in range(MOST_TRIED):
        tries.take(f"guess{number}", 0.0)
    assert len(tries._until) == MOST_TRIED
    tries.take("alice", 11.0)
    assert list(tries._until) == ["alice"]


# ---- allowances that are shared


def test_what_is_spent_comes_back_with_time():
    bucket = Bucket(rate=4.0, burst=8, now=0.0)
    assert bucket.spent(0.0) == 0
    bucket.take(10, 0.0)
    assert [bucket.spent(now) for now in (0.0, 1.0, 100.0)] == [10, 6, 0]
    assert [bucket.wait(now) for now in (0.0, 0.25, 1.0)] == [0.5, 0.25, 0]
    assert Bucket(rate=0, burst=1, now=0.0).spent(0.0) == Bucket(rate=0, burst=1, now=0.0).wait(0.0) == 0


def test_connections_of_one_name_share_what_it_has():
    buckets = Buckets()
    assert [buckets.take("=alice", 2.0, 4, 2, 0.0) for _ in range(3)] == [0, 0, 1.0]
    assert buckets.take("=bob", 2.0, 4, 2, 0.0) == 0
    assert buckets.take("=alice", 0, 4, 1000, 0.0) == 0, "rate 0 is unlimited"


def test_allowances_that_are_whole_again_are_forgotten():
    buckets = Buckets()
    for number in range(MOST_TRIED):
        buckets.take(f"192.0.2.{number}", 1.0, 4, 1, 0.0)
    buckets.take("192.0.2.0", 1.0, 4, 100, 0.5)
    buckets.take("new", 1.0, 4, 1, 2.0)
    assert list(buckets._buckets) == ["192.0.2.0", "new"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("no address", "no address"),
    ],
)
def test_wider_network_of(address, network):
    assert wider_network_of(address, 24, 48) == network


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), (UNIX, True), ("192.0.2.1", False)],
)
def test_is_loopback(address, expected):
    assert is_loopback(address) is expected
