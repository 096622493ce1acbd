import numpy as np

from insurance.adapters.ocr.lost import lost_places

PITCH = 40
STEP = 8.0


def printed(characters: str) -> np.ndarray:
    """A crop with a block of ink for every character but a space."""
    crop = np.full((48, PITCH * len(characters), 3), 255, np.uint8)
    for i, character in enumerate(characters):
        if character != " ":
            crop[8:40, i * PITCH + 6 : (i + 1) * PITCH - 6] = 0
    return crop


def read(characters: str, passed_over: str = "") -> list[int]:
    return [int((i + 0.5) * PITCH / STEP) for i, c in enumerate(characters) if c not in f" {passed_over}"]


def spans(characters: str, passed_over: str = "") -> list[tuple[int, int]]:
    places = read(characters, passed_over)
    return lost_places(places, [True] * len(places), printed(characters), STEP)


def test_a_gap_of_two_characters_with_ink_in_it_held_one() -> None:
    ((start, end),) = spans("南湖区儿童医院", passed_over="儿")
    assert start <= 3.5 * PITCH / STEP <= end + 1


def test_a_space_between_words_is_no_lost_character() -> None:
    assert spans("南湖区 儿童医院") == []


def test_evenly_spaced_print_lost_nothing() -> None:
    assert spans("南湖区儿童医院") == []


def test_two_or_three_characters_tell_no_distance() -> None:
    assert spans("王小一", passed_over="小") == []
