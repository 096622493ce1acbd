"""The reader of pages: PP-OCR models through rapidocr and onnxruntime. The models lie in the wheel; nothing is fetched.

Lines are found on a reduced copy, which tells the orientation too; the characters are read from crops of the full image.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from PIL import Image

from insurance.adapters.ocr.orientation import looks_sideways, turn_image, turn_quads
from insurance.adapters.ocr.seal import weaken_seal
from insurance.adapters.ports import Page, ReadingRefused, ReadingUnavailable, TextBox

Array = np.ndarray[Any, Any]

DETECTION_SIDE = 1280
MAX_UPSCALE = 1.6
UNSURE = 0.9
LINE_HEIGHT = 48
_MIN_RATIO = 320 / LINE_HEIGHT
_BATCH = 6


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
            self._detector = _without_spinning(engine._load_det_model(), threads)
            self._recogniser = _without_spinning(engine._load_rec_model(), threads)
        except Exception as error:
            raise ReadingUnavailable(f"rapidocr cannot start here: {type(error).__name__}") from error
        cv2.setNumThreads(threads)
        self._characters: list[str] = self._recogniser.postprocess_op.character

    def read_page(self, image: object) -> Page:
        pixels = _pixels(image)
        quads = self._detect(pixels)
        turned = 0
        if looks_sideways(quads):
            # upright lines are found worse: a picture turned by 90 or 270 is made level and looked at again
            pixels, turned = turn_image(pixels, 90), 90
            quads = self._detect(pixels)
        crops = [_crop(pixels, quad) for quad in quads]
        if self._upside_down(crops):
            pixels, quads = turn_image(pixels, 180), turn_quads(quads, pixels.shape[:2], 180)
            crops = [np.ascontiguousarray(crop[::-1, ::-1]) for crop in crops]
            turned += 180
        lines = self._recognise(crops)
        self._read_again(crops, lines)
        boxes = [
            TextBox(text, tuple((float(x), float(y)) for x, y in quad), score)  # type: ignore[arg-type]
            for quad, (text, score) in zip(quads, lines, strict=True)
            if text.strip() and score >= 0.2
        ]
        height, width = pixels.shape[:2]
        return Page(width=width, height=height, boxes=tuple(boxes), turned_ccw=turned % 360)

    def read_line(self, image: object) -> TextBox:
        pixels = _pixels(image)
        height, width = pixels.shape[:2]
        text, score = self._recognise([pixels])[0]
        corners = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
        return TextBox(text, corners, score)

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

    def _read_again(self, crops: Sequence[Array], lines: list[tuple[str, float]]) -> None:
        """Lines that a seal may have covered are read once more with red ink weakened; the surer reading stands."""
        unsure = [i for i, (_, score) in enumerate(lines) if score < UNSURE]
        for i, again in zip(unsure, self._recognise([weaken_seal(crops[i]) for i in unsure]), strict=True):
            if again[1] > lines[i][1]:
                lines[i] = again

    def _upside_down(self, crops: Sequence[Array]) -> bool:
        """The widest lines, read both ways up: whichever the engine is surer of."""
        widest = sorted((c for c in crops if c.shape[1] > 2 * c.shape[0]), key=lambda c: -c.shape[1] / c.shape[0])[:6]
        if not widest:
            return False
        upright = self._recognise(widest)
        if sum(score for _, score in upright) / len(upright) > 0.8:
            return False
        turned = self._recognise([np.ascontiguousarray(c[::-1, ::-1]) for c in widest])
        return sum(s for _, s in turned) > sum(s for _, s in upright)

    def _recognise(self, crops: Sequence[Array]) -> list[tuple[str, float]]:
        order = sorted(range(len(crops)), key=lambda i: crops[i].shape[1] / crops[i].shape[0])
        answers: list[tuple[str, float]] = [("", 0.0)] * len(crops)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            ratio = max([_MIN_RATIO, *(crops[i].shape[1] / crops[i].shape[0] for i in chosen)])
            batch = np.concatenate([self._recogniser.resize_norm_img(crops[i], ratio)[None] for i in chosen])
            guesses = self._recogniser.session(batch.astype(np.float32))
            for i, guess in zip(chosen, guesses, strict=True):
                answers[i] = self._decode(guess)
        return answers

    def _decode(self, guess: Array) -> tuple[str, float]:
        """Greedy CTC. The score is that of the least sure character, since one wrong digit makes a sum wrong."""
        best = guess.argmax(axis=1)
        keep = best != 0
        keep[1:] &= best[1:] != best[:-1]
        if not keep.any():
            return "", 0.0
        text = "".join(self._characters[i] for i in best[keep])
        return text, float(guess.max(axis=1)[keep].min())


def _widened(quad: Array) -> Array:
    """A tenth of its height more at both ends: boxes of small print cut their first and last characters."""
    along = quad[1] - quad[0]
    length = max(float(np.linalg.norm(along)), 1.0)
    step = along / length * (0.1 * float(np.linalg.norm(quad[3] - quad[0])))
    widened: Array = quad + np.stack([-step, step, step, -step])
    return widened


def _without_spinning(model: Any, threads: int) -> Any:
    """The same model in a session whose idle threads sleep: spinning ones take the cores from everything else here."""
    import onnxruntime  # type: ignore[import-untyped]  # heavy: only where pages are read

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # an arena keeps the memory of the largest page for good
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    path = model.session.session._model_path
    model.session.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return model


def _pixels(image: object) -> Array:
    """BGR, as the models were trained."""
    if not isinstance(image, Image.Image):
        raise ReadingRefused("not_an_image", "这个文件不是图片，无法识别。")
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def _crop(pixels: Array, quad: Array) -> Array:
    """The upright rectangle of a box, at most three times as tall as the model needs it."""
    quad = _widened(quad)
    width = max(float(np.linalg.norm(quad[0] - quad[1])), float(np.linalg.norm(quad[3] - quad[2])), 4.0)
    height = max(float(np.linalg.norm(quad[0] - quad[3])), float(np.linalg.norm(quad[1] - quad[2])), 4.0)
    shrink = min(1.0, 2 * LINE_HEIGHT / height)
    size = (max(int(width * shrink), 4), max(int(height * shrink), 4))
    corners = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    crop: Array = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if crop.shape[0] >= 1.5 * crop.shape[1]:
        crop = np.ascontiguousarray(np.rot90(crop))
    return crop
