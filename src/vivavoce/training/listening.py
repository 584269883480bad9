"""All turns listened to, by several processes at once: each has networks of its own."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from vivavoce import weights
from vivavoce.ears import Silero
from vivavoce.floor import SmartTurn
from vivavoce.scenes import Split
from vivavoce.training.cues import Networks
from vivavoce.training.floor_data import Share, Sources, gather
from vivavoce.words import Whisper


def networks() -> Networks:
    """The same that a conversation has, each on one thread."""
    return Networks(
        Silero(weights.path("silero-vad")),
        SmartTurn(weights.path("smart-turn-v3.2"), threads=1).turn_end,
        Whisper(weights.path("whisper-base")),
    )


def processes(count: int) -> ProcessPoolExecutor:
    """New ones: a fork would inherit the networks' threads."""
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))


def gather_all(sources: Sources, jobs: int, times: int = 1) -> None:
    """The turns to train on and those of the dev speakers, by so many processes, so many times."""
    with processes(jobs) as pool:
        for part in [pool.submit(_gather, sources, times, Share(n, jobs)) for n in range(jobs)]:
            part.result()


def _gather(sources: Sources, times: int, share: Share) -> None:
    listening = networks()
    for split in (Split.TRAIN, Split.DEV):
        gather(sources, split, listening, times=times, share=share)
