"""Runs in Pipecat's own environment: its stock turn detection on sound files.

Standard input: one path of a 16 kHz WAV a line. Standard output: one JSON list a line, the seconds
at which Pipecat judged the turn over. After each it listens on, as if nothing had happened.
"""

import asyncio
import json
import sys
import wave

from loguru import logger
from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams, VADState

RATE = 16_000
CHUNK = RATE // 50


async def ends(path: str, vad: SileroVADAnalyzer, turn: LocalSmartTurnAnalyzerV3) -> list[float]:
    """As TurnAnalyzerUserTurnStopStrategy does: every chunk is appended with the VAD's verdict; at
    each stop of the VAD the turn is analysed once; after 3 s of silence it is over anyway."""
    with wave.open(path) as f:
        sound = f.readframes(f.getnframes())
    vad.set_params(VADParams())
    turn.clear()
    found, before = [], VADState.QUIET
    for at in range(0, len(sound) - 2 * CHUNK + 1, 2 * CHUNK):
        chunk = sound[at : at + 2 * CHUNK]
        state = await vad.analyze_audio(chunk)
        speaking = state in (VADState.SPEAKING, VADState.STOPPING)
        over = turn.append_audio(chunk, speaking) == EndOfTurnState.COMPLETE
        if before in (VADState.SPEAKING, VADState.STOPPING) and state == VADState.QUIET:
            verdict, _ = await turn.analyze_end_of_turn()
            over = over or verdict == EndOfTurnState.COMPLETE
        if state in (VADState.SPEAKING, VADState.QUIET):
            before = state
        if over:
            found.append((at // 2 + CHUNK) / RATE)
    return found


async def main() -> None:
    logger.remove()
    vad, turn = SileroVADAnalyzer(sample_rate=RATE), LocalSmartTurnAnalyzerV3(sample_rate=RATE)
    vad.set_sample_rate(RATE)
    turn.set_sample_rate(RATE)
    for line in sys.stdin:
        print(json.dumps(await ends(line.strip(), vad, turn)), flush=True)
    await turn.cleanup()
    await vad.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
