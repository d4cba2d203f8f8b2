"""Decisions about child processes that end: restart, wait, drop audio, give up."""

import pytest

from windictator.speech.restart_policy import (
    MODEL_RETRY_DELAYS_S,
    MemoryLimit,
    Recovery,
    RetryDelays,
    WorkerRestartPolicy,
)


def test_retry_delays_repeat_the_last_until_reset():
    """A device that is missing for hours is looked for at a steady pace."""
    delays = RetryDelays((0.0, 0.5, 2.0))
    assert [delays.next_delay() for _ in range(5)] == [0.0, 0.5, 2.0, 2.0, 2.0]
    assert (delays.attempt_count, delays.total_s) == (5, 6.5)
    delays.reset()
    assert (delays.attempt_count, delays.total_s, delays.next_delay()) == (0, 0.0, 0.0)


def test_crashes_over_one_chunk_drop_it_at_the_limit():
    """The same audio may crash every process."""
    policy = WorkerRestartPolicy(max_crashes=3, reload_timeout_s=0.0)
    decisions = [policy.decide_after_crash(is_over_audio=True) for _ in range(3)]
    assert decisions == [Recovery.RESTART, Recovery.RESTART, Recovery.DROP_AUDIO]


def test_crashes_of_an_idle_process_never_drop_audio():
    """They say nothing about the audio that waits."""
    policy = WorkerRestartPolicy(max_crashes=2, reload_timeout_s=0.0)
    assert {policy.decide_after_crash(is_over_audio=False) for _ in range(100)} == {Recovery.RESTART}


def test_progress_makes_earlier_crashes_irrelevant():
    """A process that crashes once a minute is restarted all day."""
    policy = WorkerRestartPolicy(max_crashes=2, reload_timeout_s=0.0)
    for _ in range(100):
        assert policy.decide_after_crash(is_over_audio=True) is Recovery.RESTART
        policy.record_progress()


def test_dropping_chunk_after_chunk_ends_in_giving_up():
    """Otherwise a broken model would lose everything that is said."""
    policy = WorkerRestartPolicy(max_crashes=1, reload_timeout_s=0.0)
    assert policy.decide_after_crash(is_over_audio=True) is Recovery.GIVE_UP
    policy = WorkerRestartPolicy(max_crashes=2, reload_timeout_s=0.0)
    decisions = [policy.decide_after_crash(is_over_audio=True) for _ in range(4)]
    assert decisions == [Recovery.RESTART, Recovery.DROP_AUDIO, Recovery.RESTART, Recovery.GIVE_UP]


def test_refused_model_that_was_never_loaded_is_given_up():
    """It would be refused again."""
    policy = WorkerRestartPolicy(max_crashes=3, reload_timeout_s=300.0)
    assert policy.decide_after_failed_start(is_model_refused=True) is Recovery.GIVE_UP


def test_model_that_was_loaded_is_tried_until_the_timeout():
    """Its disk may come back."""
    policy = WorkerRestartPolicy(max_crashes=3, reload_timeout_s=3.0)
    policy.record_ready()
    delays = []
    while policy.decide_after_failed_start(is_model_refused=True) is Recovery.WAIT:
        delays.append(policy.next_reload_delay())
        assert policy.is_waiting_for_model
    assert tuple(delays) == MODEL_RETRY_DELAYS_S[:3]
    policy.record_ready()
    assert not policy.is_waiting_for_model


@pytest.mark.parametrize(
    ("max_growth", "resident", "exceeded"), [(0, 10**9, False), (100, 1100, False), (100, 1101, True)]
)
def test_memory_limit_counts_growth_since_loading(max_growth, resident, exceeded):
    """The model itself may have any size; 0 switches the limit off."""
    limit = MemoryLimit(max_growth)
    limit.record_ready(1000)
    assert limit.is_exceeded(resident) is exceeded
