"""Ctrl-C: the first asks for a gentle stop, the second leaves at once."""

from __future__ import annotations

import signal

import pytest

from campaigns.delivery.interrupt import Interrupt, listening


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_nobody_asked_yet() -> None:
    assert not Interrupt()


def test_the_first_ctrl_c_is_noted_and_said_and_the_second_leaves() -> None:
    said: list[str] = []
    with listening(said.append) as interrupt:
        press()
        assert interrupt
        assert len(said) == 1
        assert "Ctrl-C again leaves at once" in said[0]
        with pytest.raises(KeyboardInterrupt):
            press()


def test_a_shielded_body_ends_before_the_second_ctrl_c_leaves() -> None:
    ended: list[str] = []

    def work(interrupt: Interrupt) -> None:
        with interrupt.shielded():
            press()
            press()
            ended.append("body")
        ended.append("never reached")

    with listening(lambda _: None) as interrupt, pytest.raises(KeyboardInterrupt):
        work(interrupt)
    assert ended == ["body"]


def test_the_first_ctrl_c_passes_a_shield_without_leaving() -> None:
    with listening(lambda _: None) as interrupt:
        with interrupt.shielded():
            press()
        assert interrupt


@pytest.mark.parametrize("before_it_is_lowered", [1, 2], ids=["leaves while it is lowered", "leaves as it is lowered"])
def test_a_shield_can_be_lowered_for_a_while(before_it_is_lowered: int) -> None:
    def work(interrupt: Interrupt) -> None:
        with interrupt.shielded():
            for _ in range(before_it_is_lowered):
                press()
            with interrupt.shielded(shield=False):
                press()
                raise AssertionError("it did not leave")

    with listening(lambda _: None) as interrupt, pytest.raises(KeyboardInterrupt):
        work(interrupt)
    assert interrupt.times == 2


def test_after_a_failure_in_a_shielded_body_nothing_is_held_back_any_more() -> None:
    interrupt = Interrupt()
    with pytest.raises(ZeroDivisionError), interrupt.shielded():
        raise ZeroDivisionError
    interrupt.ask()
    with pytest.raises(KeyboardInterrupt):
        interrupt.ask()


def test_afterwards_ctrl_c_is_what_it_was_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with listening(lambda _: None):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_it_is_so_after_a_failure_too() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), listening(lambda _: None):
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is before
