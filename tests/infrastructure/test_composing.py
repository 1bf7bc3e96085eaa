"""punq 0.9 passes over some mistakes in silence; the composition does not."""

from typing import Protocol

import punq
import pytest
from msgspec import Struct

from campaigns.infrastructure.composing import Composition, CompositionError


class Bell(Protocol):
    def ring(self) -> str: ...


class BrassBell:
    def ring(self) -> str:
        return "ding"


class LoudBell:
    def __init__(self, decibels: int = 90) -> None:
        self.decibels = decibels

    def ring(self) -> str:
        return "DING"


class Door:
    def __init__(self, bell: Bell) -> None:
        self.bell = bell


class CarelessDoor:
    def __init__(self, bell: Bell | None = None) -> None:
        self.bell = bell


def test_a_port_is_answered_by_its_adapter_and_always_by_the_same_one() -> None:
    composition = Composition().register(Bell, BrassBell)
    assert composition.make(Door).bell is composition.make(Door).bell is composition.resolve(Bell)


def test_punq_leaves_a_port_with_a_default_at_its_default() -> None:
    assert punq.Container().register(CarelessDoor).resolve(CarelessDoor).bell is None


def test_a_port_with_a_default_is_refused() -> None:
    with pytest.raises(CompositionError, match="'bell' is a port and has a default"):
        Composition().register(CarelessDoor)
    with pytest.raises(CompositionError, match="'bell' is a port and has a default"):
        Composition().make(CarelessDoor)


def test_a_plain_value_may_have_a_default() -> None:
    assert Composition().register(LoudBell).resolve(LoudBell).decibels == 90
    assert Composition().register(Bell, LoudBell, decibels=60).resolve(Bell).decibels == 60


def test_punq_lets_the_last_registration_win_in_silence() -> None:
    container = punq.Container().register(Bell, BrassBell).register(Bell, LoudBell)
    assert isinstance(container.resolve(Bell), LoudBell)


def test_a_second_registration_is_refused() -> None:
    composition = Composition().register(Bell, BrassBell)
    with pytest.raises(CompositionError, match="registered twice"):
        composition.register(Bell, LoudBell)
    with pytest.raises(CompositionError, match="registered twice"):
        composition.instance(Bell, LoudBell())


def test_what_is_missing_is_named_at_once() -> None:
    with pytest.raises(CompositionError, match=r"Door.*Bell"):
        Composition().make(Door)
    with pytest.raises(CompositionError, match="Bell"):
        Composition().resolve(Bell)


def test_punq_gives_a_factory_function_no_dependencies() -> None:
    def door(bell: Bell) -> Door:
        return Door(bell)

    container = punq.Container().register(Bell, BrassBell).register(Door, door)
    with pytest.raises(TypeError):
        container.resolve(Door)


def test_a_factory_function_is_refused() -> None:
    with pytest.raises(CompositionError, match="is no class"):
        Composition().register(Door, lambda: None)


class Porch(Struct, frozen=True):
    bell: Bell


class CarelessPorch(Struct, frozen=True):
    bell: Bell | None = None


def test_punq_passes_a_struct_nothing() -> None:
    container = punq.Container().register(Bell, BrassBell).register(Porch)
    with pytest.raises(TypeError):
        container.resolve(Porch)


def test_a_struct_gets_its_fields() -> None:
    composition = Composition().register(Bell, BrassBell).register(Porch)
    porch = composition.resolve(Porch)
    assert isinstance(porch, Porch)
    assert porch.bell is composition.resolve(Bell)


def test_a_struct_with_a_port_that_has_a_default_is_refused() -> None:
    with pytest.raises(CompositionError, match="'bell' is a port and has a default"):
        Composition().register(CarelessPorch)
