"""Engines as no file should find them; what a picture's colour asks for happens in the process that reads."""

import ctypes
import os
import signal
import threading
import time

from PIL import Image

from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ports import Page, ReadingUnavailable

CRASH, LOOP, HOARD, HANG, BUG, KILLED, LONG, KEEP, MISTAKE = (
    (250, 0, 0),
    (0, 250, 0),
    (0, 0, 250),
    (250, 250, 0),
    (0, 250, 250),
    (250, 0, 250),
    (120, 120, 0),
    (0, 120, 120),
    (120, 0, 120),
)


class Moody(FakeReader):
    def read_page(self, image: object) -> Page:
        assert isinstance(image, Image.Image)
        colour = image.getpixel((0, 0))
        if colour == CRASH:
            ctypes.string_at(0)
        if colour == LOOP:
            while True:
                pass
        if colour == HOARD:
            kept = []
            while True:
                kept.append(bytearray(os.urandom(1) * (64 << 20)))
        if colour == KEEP:
            # as an engine that has seen many pages
            self.kept = bytearray(200 << 20)
        if colour == MISTAKE:
            return Page(300, 200, boxes=None)  # type: ignore[arg-type]
        if colour == HANG:
            # as a decoder that holds the interpreter and waits for ever
            ctypes.PyDLL(None).pause()
        if colour == LONG:
            end = time.process_time() + 1.5
            while time.process_time() < end:
                pass
        if colour == BUG:
            raise RuntimeError("张三 1234")
        if colour == KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read_page(image)


def does_not_start() -> None:
    raise ReadingUnavailable("no models here")


def dies_at_start() -> None:
    threading.Timer(0.01, os._exit, (3,)).start()
    time.sleep(30)
