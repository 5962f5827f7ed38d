from __future__ import annotations

from oakum.registry.retry import RetryPolicy, seconds


def test_delays_are_used_up_in_order() -> None:
    policy = RetryPolicy((1.0, 2.0), jitter=0)
    assert [policy.wait(attempt) for attempt in range(3)] == [1.0, 2.0, None]


def test_a_server_may_ask_for_more_time() -> None:
    assert RetryPolicy().wait(0, "7") == 7.0


def test_a_server_that_asks_for_too_much_ends_it() -> None:
    assert RetryPolicy(patience=10).wait(0, "3600") is None


def test_a_date_in_the_past_means_now_and_nonsense_means_nothing() -> None:
    assert seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert seconds("soon") is None
