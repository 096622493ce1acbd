"""The reader of pages: PP-OCR models through rapidocr and onnxruntime. The models lie in the wheel; nothing is fetched.

Lines are found on a reduced copy, which tells the orientation too; the characters are read from crops of the full image.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import cv2
import numpy as np
from PIL import Image

from insurance.adapters.ocr.crops import cut_lines, half_turned
from insurance.adapters.ocr.long_pages import detect_in_parts, is_long
from insurance.adapters.ocr.orientation import looks_sideways, turn_image, turn_quads
from insurance.adapters.ocr.recogniser import Guess, Recogniser
from insurance.adapters.ocr.seal import weaken_seal
from insurance.adapters.ports import Page, ReadingRefused, ReadingUnavailable, TextBox

Array = np.ndarray[Any, Any]

DETECTION_SIDE = 1280
MAX_UPSCALE = 1.6
UNSURE = 0.9
# lines of about this width tell which way is up, and cost little
_TELLING = 300
# a part of a page is read because something was missing: perhaps the end of a line
_WIDER_ENDS = 0.3


class RapidOcrReader:
    name = "rapidocr"

    def __init__(self, threads: int = 2) -> None:
        try:
            from rapidocr import RapidOCR

            engine: Any = RapidOCR(
                params={
                    "Global.log_level": "error",
                    "Global.max_side_len": 100_000,
                    "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                    "Det.limit_side_len": DETECTION_SIDE,
                    "Det.limit_type": "max",
                }
            )
            self._detector = engine._load_det_model()
            self._detector.session.session = _quiet_session(self._detector, threads)
            recogniser = engine._load_rec_model()
            self._recogniser = Recogniser(_quiet_session(recogniser, 1), recogniser.postprocess_op.character, threads)
        except Exception as error:
            raise ReadingUnavailable(f"rapidocr cannot start here: {type(error).__name__}") from error
        cv2.setNumThreads(threads)

    def read_page(self, image: object) -> Page:
        pixels = _pixels(image)
        find = partial(detect_in_parts, self._detect) if is_long(*pixels.shape[:2]) else self._detect
        quads = find(pixels)
        turned = 0
        if looks_sideways(quads):
            # upright lines are found worse: a picture turned by 90 or 270 is made level and looked at again
            pixels, turned = turn_image(pixels, 90), 90
            quads = find(pixels)
        crops = cut_lines(pixels, quads)
        upside_down, read = self._which_way_up(crops)
        if upside_down:
            pixels, quads = turn_image(pixels, 180), turn_quads(quads, pixels.shape[:2], 180)
            crops, turned = [half_turned(crop) for crop in crops], turned + 180
        return self._page(pixels, quads, crops, turned, read)

    def read_upright(self, image: object) -> Page:
        pixels = _pixels(image)
        quads = self._detect(pixels)
        return self._page(pixels, quads, cut_lines(pixels, quads, _WIDER_ENDS), 0, {})

    def _page(
        self, pixels: Array, quads: Array, crops: Sequence[Array], turned: int, read: Mapping[int, Guess]
    ) -> Page:
        """`read`: what some of the crops say is known already."""
        unread = [i for i in range(len(crops)) if i not in read]
        guesses = {**read, **dict(zip(unread, self._recogniser.read([crops[i] for i in unread]), strict=True))}
        lines = [guesses[i] for i in range(len(crops))]
        self._read_again(crops, lines)
        boxes = [
            _box(guess, tuple((float(x), float(y)) for x, y in quad))
            for quad, guess in zip(quads, lines, strict=True)
            if guess.text.strip() and sum(guess.scores) >= 0.45 * len(guess.scores)
        ]
        height, width = pixels.shape[:2]
        return Page(width=width, height=height, boxes=tuple(boxes), turned_ccw=turned % 360)

    def read_line(self, image: object) -> TextBox:
        pixels = _pixels(image)
        height, width = pixels.shape[:2]
        corners = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
        (guess,) = self._recogniser.read(cut_lines(pixels, [np.array(corners, np.float32)]))
        return _box(guess, corners)

    def _detect(self, pixels: Array) -> Array:
        height, width = pixels.shape[:2]
        scale = min(MAX_UPSCALE, DETECTION_SIDE / max(height, width))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        small = cv2.resize(pixels, (round(width * scale), round(height * scale)), interpolation=how)
        # under a seal lines are not found, so it is weakened first
        found = self._detector(weaken_seal(small)).boxes
        if found is None:
            return np.zeros((0, 4, 2), np.float32)
        return np.asarray(found, np.float32) / np.float32(scale)

    def _which_way_up(self, crops: Sequence[Array]) -> tuple[bool, dict[int, Guess]]:
        """Whether the page stands on its head, and what some of its crops say the right way up: some wide lines, read both ways
        up where one is not enough; whichever gives more characters that the engine is sure of."""
        wide = [i for i, crop in enumerate(crops) if crop.shape[1] > 2 * crop.shape[0]]
        chosen = sorted(wide, key=lambda i: abs(crops[i].shape[1] - _TELLING))[:5]
        upright = self._recogniser.read([crops[i] for i in chosen])
        if not chosen or sum(guess.score for guess in upright) > 0.8 * len(chosen):
            return False, dict(zip(chosen, upright, strict=True))
        turned = self._recogniser.read([half_turned(crops[i]) for i in chosen])
        upside_down = _sureness(turned) > _sureness(upright)
        return upside_down, dict(zip(chosen, turned if upside_down else upright, strict=True))

    def _read_again(self, crops: Sequence[Array], lines: list[Guess]) -> None:
        """Lines that a seal may have covered are read once more with red ink weakened; the surer reading stands."""
        unsure = [i for i, guess in enumerate(lines) if guess.score < UNSURE]
        for i, again in zip(unsure, self._recogniser.read([weaken_seal(crops[i]) for i in unsure]), strict=True):
            if again.score > lines[i].score:
                lines[i] = again


def _sureness(guesses: Sequence[Guess]) -> float:
    """A line on its head makes few characters, and the engine may be sure of two brackets."""
    return sum(guess.score * len(guess.text) for guess in guesses)


def _box(guess: Guess, corners: Any) -> TextBox:
    return TextBox(guess.text, corners, guess.score, guess.scores, guess.seconds)


def _quiet_session(model: Any, threads: int) -> Any:
    """The same model in a session whose idle threads sleep: spinning ones take the cores from everything else here."""
    import onnxruntime  # type: ignore[import-untyped]  # heavy: only where pages are read

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    path = model.session.session._model_path
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _pixels(image: object) -> Array:
    """BGR, as the models were trained."""
    if not isinstance(image, Image.Image):
        raise ReadingRefused("not_an_image", "这个文件不是图片，无法识别。")
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
